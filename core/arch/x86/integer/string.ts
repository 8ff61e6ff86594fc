// Repeated string instructions, a piece at a time (Intel SDM volume 2, REP). A piece ends at the end of a page, so it either
// faults on its first element, with nothing changed, or is done completely; its length depends on addresses alone, so the
// instruction count does not depend on what is in the TLB or has been translated.

import { FAULT_RETRY, S_ONE_INSN } from "../../../../src/layout/vcpu";
import {
  CC_SUB,
  ES,
  RAX,
  RCX,
  RDI,
  RSI,
  STR_ONE,
  STR_REPNE,
  STR_SEG_SHIFT,
  X_CC_DST,
  X_CC_OP,
  X_CC_SRC,
  X_DF,
} from "../../../../src/arch/x86/layout";
import { hostForRead } from "../../../engine/softmmu/access";
import { mmuIndex, setFault } from "../../../engine/state";
import {
  faulted,
  addressMask,
  again,
  watch,
  setRegister,
  linear,
  allowed,
  misaligned,
  room,
  hostToWrite,
  loadElement,
  storeElement,
  loadHost,
  storeHost,
  copy,
} from "./elements";

export function x86_rep_movs(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const word = <i32>a;
  const log2 = word & 3;
  const mask = addressMask(word);
  const count = load<u64>(cpu + RCX) & mask;
  if (count == 0) return 0;
  const down = load<i32>(cpu + X_DF) < 0;
  const mmu = mmuIndex(cpu);
  const segment = (word >> STR_SEG_SHIFT) & 7;
  const si = load<u64>(cpu + RSI) & mask;
  const di = load<u64>(cpu + RDI) & mask;
  if (!allowed(cpu, segment, log2, false, si) || !allowed(cpu, ES, log2, true, di)) return 0;
  const from = linear(cpu, segment, si);
  const to = linear(cpu, ES, di);
  if (misaligned(cpu, word, from, log2) || misaligned(cpu, word, to, log2)) return 0;
  let n = min(room(from, si, mask, log2, down), room(to, di, mask, log2, down));
  n = min(n, count);
  if (word & STR_ONE) n = min(n, 1);
  if (n == 0) {
    // An element across two pages.
    const value = loadElement(cpu, from, log2, mmu);
    if (faulted(cpu)) return 0;
    storeElement(cpu, to, value, log2, mmu);
    if (faulted(cpu)) return 0;
    n = 1;
  } else {
    const bytes = (<i32>n) << log2;
    const source = hostForRead(cpu, from, mmu);
    if (source == 0) {
      if (faulted(cpu)) return 0;
      if (load<i32>(cpu + S_ONE_INSN) == 0) {
        setFault(cpu, FAULT_RETRY);
        return 0;
      }
    }
    const target = hostToWrite(cpu, to, down ? to - bytes + (1 << log2) : to, bytes, mmu);
    if (target == 0) return 0;
    if (source != 0 && target != -1) copy(source, down ? target + bytes - (1 << log2) : target, <i32>n, log2, down);
    else {
      const step: u64 = down ? 0 - (1 << log2) : 1 << log2;
      for (let i: u64 = 0; i < n; i++) {
        const value = loadElement(cpu, from + i * step, log2, mmu);
        storeElement(cpu, to + i * step, value, log2, mmu);
      }
    }
  }
  watch(cpu, from, log2, false);
  watch(cpu, to, log2, true);
  const moved = down ? 0 - (n << log2) : n << log2;
  setRegister(cpu, RSI, si + moved, mask);
  setRegister(cpu, RDI, di + moved, mask);
  setRegister(cpu, RCX, count - n, mask);
  return again(cpu, count != n);
}

/** True when all bytes of an element are equal. */
function uniform(value: u64, log2: i32): bool {
  const byte = value & 0xff;
  if (log2 == 0) return true;
  if (log2 == 1) return (value & 0xffff) == byte * 0x0101;
  if (log2 == 2) return (value & 0xffffffff) == byte * 0x01010101;
  return value == byte * 0x0101010101010101;
}

export function x86_rep_stos(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const word = <i32>a;
  const log2 = word & 3;
  const mask = addressMask(word);
  const count = load<u64>(cpu + RCX) & mask;
  if (count == 0) return 0;
  const down = load<i32>(cpu + X_DF) < 0;
  const mmu = mmuIndex(cpu);
  const di = load<u64>(cpu + RDI) & mask;
  if (!allowed(cpu, ES, log2, true, di)) return 0;
  const to = linear(cpu, ES, di);
  if (misaligned(cpu, word, to, log2)) return 0;
  const value = load<u64>(cpu + RAX);
  let n = min(room(to, di, mask, log2, down), count);
  if (word & STR_ONE) n = min(n, 1);
  if (n == 0) {
    storeElement(cpu, to, value, log2, mmu);
    if (faulted(cpu)) return 0;
    n = 1;
  } else {
    const bytes = (<i32>n) << log2;
    const target = hostToWrite(cpu, to, down ? to - bytes + (1 << log2) : to, bytes, mmu);
    if (target == 0) return 0;
    if (target == -1) {
      const step: u64 = down ? 0 - (1 << log2) : 1 << log2;
      for (let i: u64 = 0; i < n; i++) storeElement(cpu, to + i * step, value, log2, mmu);
    } else if (uniform(value, log2)) memory.fill(target, <u8>value, bytes);
    else for (let i = 0; i < bytes; i += 1 << log2) storeHost(target + i, value, log2);
  }
  watch(cpu, to, log2, true);
  setRegister(cpu, RDI, down ? di - (n << log2) : di + (n << log2), mask);
  setRegister(cpu, RCX, count - n, mask);
  return again(cpu, count != n);
}

/** REP LODS, which nobody uses: one element a call. */
export function x86_rep_lods(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const word = <i32>a;
  const log2 = word & 3;
  const mask = addressMask(word);
  const count = load<u64>(cpu + RCX) & mask;
  if (count == 0) return 0;
  const segment = (word >> STR_SEG_SHIFT) & 7;
  const si = load<u64>(cpu + RSI) & mask;
  if (!allowed(cpu, segment, log2, false, si)) return 0;
  const from = linear(cpu, segment, si);
  if (misaligned(cpu, word, from, log2)) return 0;
  const value = loadElement(cpu, from, log2, mmuIndex(cpu));
  if (faulted(cpu)) return 0;
  watch(cpu, from, log2, false);
  if (log2 == 0) store<u8>(cpu + RAX, <u8>value);
  else if (log2 == 1) store<u16>(cpu + RAX, <u16>value);
  else store<u64>(cpu + RAX, value);
  setRegister(cpu, RSI, load<i32>(cpu + X_DF) < 0 ? si - (1 << log2) : si + (1 << log2), mask);
  setRegister(cpu, RCX, count - 1, mask);
  return again(cpu, count != 1);
}

/** The flags of x - y. They are written once, at the end of the repetition: a fault or an interrupt in its middle finds those from before
 *  the instruction (SDM volume 2, REP). */
function setCompared(cpu: i32, x: u64, y: u64, log2: i32): void {
  store<u64>(cpu + X_CC_DST, x - y);
  store<u64>(cpu + X_CC_SRC, y);
  store<i32>(cpu + X_CC_OP, CC_SUB + log2);
}

export function x86_rep_cmps(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const word = <i32>a;
  const log2 = word & 3;
  const mask = addressMask(word);
  const count = load<u64>(cpu + RCX) & mask;
  if (count == 0) return 0;
  const down = load<i32>(cpu + X_DF) < 0;
  const mmu = mmuIndex(cpu);
  const segment = (word >> STR_SEG_SHIFT) & 7;
  const si = load<u64>(cpu + RSI) & mask;
  const di = load<u64>(cpu + RDI) & mask;
  if (!allowed(cpu, segment, log2, false, si) || !allowed(cpu, ES, log2, false, di)) return 0;
  const first = linear(cpu, segment, si);
  const second = linear(cpu, ES, di);
  if (misaligned(cpu, word, first, log2) || misaligned(cpu, word, second, log2)) return 0;
  const whileEqual = (word & STR_REPNE) == 0;
  let n = min(room(first, si, mask, log2, down), room(second, di, mask, log2, down));
  n = min(n, count);
  if (word & STR_ONE) n = min(n, 1);
  let done: u64 = 0;
  let x: u64 = 0;
  let y: u64 = 0;
  let hostX = 0;
  let hostY = 0;
  if (n != 0) {
    hostX = hostForRead(cpu, first, mmu);
    if (hostX == 0 && faulted(cpu)) return 0;
    hostY = hostForRead(cpu, second, mmu);
    if (hostY == 0 && faulted(cpu)) return 0;
  }
  if (hostX != 0 && hostY != 0) {
    const step = down ? -(1 << log2) : 1 << log2;
    do {
      x = loadHost(hostX, log2);
      y = loadHost(hostY, log2);
      hostX += step;
      hostY += step;
      done++;
    } while (done < n && (x == y) == whileEqual);
  } else {
    // Across two pages, or not memory: one element.
    x = loadElement(cpu, first, log2, mmu);
    if (faulted(cpu)) return 0;
    y = loadElement(cpu, second, log2, mmu);
    if (faulted(cpu)) return 0;
    done = 1;
  }
  watch(cpu, first, log2, false);
  watch(cpu, second, log2, false);
  const moved = down ? 0 - (done << log2) : done << log2;
  setRegister(cpu, RSI, si + moved, mask);
  setRegister(cpu, RDI, di + moved, mask);
  setRegister(cpu, RCX, count - done, mask);
  const more = count != done && (x == y) == whileEqual;
  if (!more) setCompared(cpu, x, y, log2);
  return again(cpu, more);
}

export function x86_rep_scas(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const word = <i32>a;
  const log2 = word & 3;
  const mask = addressMask(word);
  const count = load<u64>(cpu + RCX) & mask;
  if (count == 0) return 0;
  const down = load<i32>(cpu + X_DF) < 0;
  const mmu = mmuIndex(cpu);
  const di = load<u64>(cpu + RDI) & mask;
  if (!allowed(cpu, ES, log2, false, di)) return 0;
  const at = linear(cpu, ES, di);
  if (misaligned(cpu, word, at, log2)) return 0;
  const whileEqual = (word & STR_REPNE) == 0;
  const bits: u64 = 8 << log2;
  const x = load<u64>(cpu + RAX) & (<u64>0xffffffffffffffff >> (64 - bits));
  let n = min(room(at, di, mask, log2, down), count);
  if (word & STR_ONE) n = min(n, 1);
  let done: u64 = 0;
  let y: u64 = 0;
  let host = 0;
  if (n != 0) {
    host = hostForRead(cpu, at, mmu);
    if (host == 0 && faulted(cpu)) return 0;
  }
  if (host != 0) {
    const step = down ? -(1 << log2) : 1 << log2;
    do {
      y = loadHost(host, log2);
      host += step;
      done++;
    } while (done < n && (x == y) == whileEqual);
  } else {
    y = loadElement(cpu, at, log2, mmu);
    if (faulted(cpu)) return 0;
    done = 1;
  }
  watch(cpu, at, log2, false);
  setRegister(cpu, RDI, down ? di - (done << log2) : di + (done << log2), mask);
  setRegister(cpu, RCX, count - done, mask);
  const more = count != done && (x == y) == whileEqual;
  if (!more) setCompared(cpu, x, y, log2);
  return again(cpu, more);
}
