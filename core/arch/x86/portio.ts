// IN, OUT, INS, OUTS with the checks of IOPL and the TSS's I/O permission map (Intel SDM volume 1, chapter 19).

import { FAULT_RETRY, S_ATTENTION, S_FAULT, S_ONE_INSN, S_STOP } from "../../../src/layout/vcpu";
import { ES, M_AC, M_DEBUG, RCX, RDI, RDX, RSI, SEG_WRITE, TR, X_DF, X_REPEATING } from "../../../src/arch/x86/layout";
import { portRead, portWrite } from "./host";
import { forgetTime } from "../../engine/time";
import { hostForWrite, ld16, ld32, ld8, probeWrite, st16, st32, st8 } from "../../engine/softmmu/access";
import { mmuIndex, mode } from "../../engine/state";
import { debugPort, x86_debug_data } from "./debug";
import { raiseMisaligned, raiseGP } from "./raise";
import {
  cpl,
  faulted,
  iopl,
  isCode64,
  isProtected,
  isV86,
  jumpTo,
  segBase,
  segLimit,
  segAttr,
  systemMmu,
} from "./regs";
import { x86_seg_check } from "./segment";

/** False with #GP(0) raised when the program may not use the ports. */
function allowed(cpu: i32, port: i32, size: i32): bool {
  if (!isV86(cpu) && (!isProtected(cpu) || cpl(cpu) <= iopl(cpu))) return true;
  // Only a 32-bit (or 64-bit) TSS has a map; two bytes of it are always read.
  const limit = segLimit(cpu, TR);
  if ((segAttr(cpu, TR) & 0x88) == 0x88 && limit >= 0x67) {
    const mmu = systemMmu(cpu);
    const map = <u64>ld16(cpu, segBase(cpu, TR) + 0x66, mmu) + <u64>(port >> 3);
    if (faulted(cpu)) return false;
    if (map + 1 <= limit) {
      const bits = ld16(cpu, segBase(cpu, TR) + map, mmu);
      if (faulted(cpu)) return false;
      if (((bits >> (port & 7)) & ((1 << size) - 1)) == 0) return true;
    }
  }
  raiseGP(cpu, 0);
  return false;
}

/** Helper IN: a = port, b = bytes; the value. The block ends after it: devices may ask for attention. */
export function x86_in(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const port = <i32>a & 0xffff;
  const size = <i32>b;
  if (!allowed(cpu, port, size)) return 0;
  forgetTime(cpu);
  const value = portRead(port, size);
  debugPort(cpu, port, size);
  return <i64>(<u64>value);
}

/** Helper OUT: a = port, b = bytes, c = value. */
export function x86_out(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const port = <i32>a & 0xffff;
  const size = <i32>b;
  if (!allowed(cpu, port, size)) return 0;
  forgetTime(cpu);
  portWrite(port, size, <u32>c & (size == 4 ? 0xffffffff : (1 << (size << 3)) - 1));
  debugPort(cpu, port, size);
  return 0;
}

// Word of x86_ins and x86_outs: bytes in bits 0-3, bytes of the address size in bits 4-7, segment in bits 8-10, then REP, and one round a call.
const REP: i32 = 0x1000;
const ONE: i32 = 0x2000;
/** Elements moved before interrupts are looked at. */
const CHUNK: i32 = 256;

/** Helper INS: a = word, b = program counter of the instruction, c = after it. Sets the program counter. */
export function x86_ins(cpu: i32, a: i64, here: i64, next: i64): i64 {
  return transfer(cpu, <i32>a, here, next, true);
}

/** Helper OUTS: as x86_ins. */
export function x86_outs(cpu: i32, a: i64, here: i64, next: i64): i64 {
  return transfer(cpu, <i32>a, here, next, false);
}

function transfer(cpu: i32, word: i32, here: i64, next: i64, input: bool): i64 {
  const size = word & 15;
  const width = (word >> 4) & 15;
  const segment = input ? ES : (word >> 8) & 7;
  const mask: u64 = width == 8 ? 0xffffffffffffffff : width == 4 ? 0xffffffff : 0xffff;
  const rep = (word & REP) != 0;
  const port = load<i32>(cpu + RDX) & 0xffff;
  const index = input ? RDI : RSI;
  const step: u64 = <u64>(<i64>size * load<i32>(cpu + X_DF));
  const mmu = mmuIndex(cpu);
  let left = rep ? load<u64>(cpu + RCX) & mask : 1;
  if (left == 0) {
    jumpTo(cpu, next);
    return 0;
  }
  if (!allowed(cpu, port, size)) return 0;
  const code64 = isCode64(cpu);
  let done = 0;
  while (left != 0) {
    const offset = load<u64>(cpu + index) & mask;
    if (!code64) x86_seg_check(cpu, segment | (size << 8) | (input ? SEG_WRITE : 0), offset, 0);
    if (faulted(cpu)) break;
    const va = code64
      ? offset + (segment >= 4 ? segBase(cpu, segment) : 0)
      : (segBase(cpu, segment) + offset) & 0xffffffff;
    if ((mode(cpu) & M_AC) != 0 && (va & (size - 1)) != 0) {
      raiseMisaligned(cpu, va);
      break;
    }
    if (input) {
      // The port is read only when the store cannot fail.
      if (!probeWrite(cpu, va, size, mmu)) break;
      if (load<i32>(cpu + S_ONE_INSN) == 0 && ((va & 0xfff) + size > 4096 || hostForWrite(cpu, va, mmu) == 0)) {
        if (!faulted(cpu)) store<i32>(cpu + S_FAULT, FAULT_RETRY);
        break;
      }
      forgetTime(cpu);
      const value = portRead(port, size);
      if (size == 1) st8(cpu, va, value, mmu);
      else if (size == 2) st16(cpu, va, value, mmu);
      else st32(cpu, va, value, mmu);
    } else {
      const value = size == 1 ? ld8(cpu, va, mmu) : size == 2 ? ld16(cpu, va, mmu) : ld32(cpu, va, mmu);
      if (faulted(cpu)) break;
      portWrite(port, size, value);
    }
    debugPort(cpu, port, size);
    if (mode(cpu) & M_DEBUG) x86_debug_data(cpu, va, size, input ? 1 : 0);
    const moved = offset + step;
    if (width == 2) store<u16>(cpu + index, <u16>moved);
    else store<u64>(cpu + index, moved & mask);
    left--;
    if (rep) {
      if (width == 2) store<u16>(cpu + RCX, <u16>left);
      else store<u64>(cpu + RCX, left & mask);
    }
    done++;
    if ((word & ONE) != 0 || done >= CHUNK || load<i32>(cpu + S_ATTENTION) != 0 || load<i32>(cpu + S_STOP) != 0) break;
  }
  if (faulted(cpu)) {
    // What has been moved stays moved: the fault is met again, by itself, when the rest is executed.
    if (done == 0) return 0;
    store<i32>(cpu + S_FAULT, 0);
  }
  store<i32>(cpu + X_REPEATING, left != 0 ? 1 : 0);
  jumpTo(cpu, left != 0 ? here : next);
  return 0;
}
