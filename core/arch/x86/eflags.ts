// CLI, STI, PUSHF, POPF, INT n in all modes, with IOPL and the virtual-8086 and protected-mode extensions (Intel SDM volume 2; volume 3,
// 20.3).

import { INHIBIT_INTERRUPTS, S_INHIBIT } from "../../../src/layout/vcpu";
import {
  CS,
  EXC_SOFT,
  F_AC,
  F_IF,
  F_IOPL,
  F_RF,
  F_TF,
  F_VIF,
  F_VIP,
  F_VM,
  TR,
  X_EXC_NEXT,
} from "../../../src/arch/x86/layout";
import { ld16, ld8 } from "../../engine/softmmu/access";
import { CR4_PVI, CR4_VME, F_ALL, F_USER } from "./bits";
import { loadV86 } from "./descriptor";
import { raise, raiseGP } from "./raise";
import { getFlags, setFlags, setInterruptFlag, setSystemFlags } from "./flags";
import {
  cpl,
  cr4,
  faulted,
  iopl,
  isV86,
  jumpTo,
  segBase,
  segLimit,
  segSel,
  setSp,
  systemFlags,
  systemMmu,
} from "./regs";
import { openCurrent, openMask, push, stackPointer } from "./stack";

/** CLI and STI act on VIF instead of IF. */
function virtualInterrupts(cpu: i32): bool {
  if (isV86(cpu)) return (cr4(cpu) & CR4_VME) != 0;
  return (cr4(cpu) & CR4_PVI) != 0 && cpl(cpu) == 3;
}

/** Helper CLI. */
export function x86_cli(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const flags = systemFlags(cpu);
  const level = isV86(cpu) ? 3 : cpl(cpu);
  if (level <= iopl(cpu)) setSystemFlags(cpu, flags & ~F_IF);
  else if (virtualInterrupts(cpu)) setSystemFlags(cpu, flags & ~F_VIF);
  else raiseGP(cpu, 0);
  return 0;
}

/** Helper STI: interrupts are held off for one instruction if they were off before. */
export function x86_sti(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const flags = systemFlags(cpu);
  const level = isV86(cpu) ? 3 : cpl(cpu);
  if (level <= iopl(cpu)) {
    setInterruptFlag(cpu);
    if ((flags & F_IF) == 0) store<i32>(cpu + S_INHIBIT, INHIBIT_INTERRUPTS);
  } else if (virtualInterrupts(cpu) && (flags & F_VIP) == 0) setSystemFlags(cpu, flags | F_VIF);
  else raiseGP(cpu, 0);
  return 0;
}

/** Helper PUSHF: a = operand size; the image to push. */
export function x86_pushf(cpu: i32, a: i64, b: i64, c: i64): i64 {
  let flags = getFlags(cpu) & ~(F_RF | F_VM);
  if (isV86(cpu) && iopl(cpu) < 3) {
    if (a != 2 || (cr4(cpu) & CR4_VME) == 0) return raiseGP(cpu, 0);
    flags = (flags & ~F_IF) | F_IOPL | (flags & F_VIF ? F_IF : 0);
  }
  return flags;
}

/** Helper POPF: a = the image, b = operand size. Ends the block. */
export function x86_popf(cpu: i32, a: i64, size: i64, c: i64): i64 {
  const image = <i32>a;
  const old = getFlags(cpu);
  let mask = F_USER;
  if (isV86(cpu)) {
    if (iopl(cpu) < 3) {
      if (size != 2 || (cr4(cpu) & CR4_VME) == 0) return raiseGP(cpu, 0);
      if ((image & F_TF) != 0 || ((image & F_IF) != 0 && (old & F_VIP) != 0)) return raiseGP(cpu, 0);
      mask &= 0xffff;
      setFlags(cpu, (old & ~(mask | F_VIF)) | (image & mask) | (image & F_IF ? F_VIF : 0));
      return 0;
    }
    mask |= F_IF;
  } else {
    const level = cpl(cpu);
    if (level == 0) mask |= F_IOPL;
    if (level <= iopl(cpu)) mask |= F_IF;
  }
  if (size == 2) mask &= 0xffff;
  setFlags(cpu, ((old & ~mask) | (image & mask)) & ~F_RF & F_ALL);
  return 0;
}

/** Helper INT n: a = vector, b = program counter after the instruction. Either faults, or (virtual-8086 redirection) sets the program
 *  counter itself. */
export function x86_int(cpu: i32, a: i64, next: i64, c: i64): i64 {
  const vector = <i32>a;
  if (isV86(cpu)) {
    if ((cr4(cpu) & CR4_VME) != 0 && redirected(cpu, vector)) {
      redirect(cpu, vector, next);
      return 0;
    }
    if (faulted(cpu)) return 0;
    if (iopl(cpu) < 3) return raiseGP(cpu, 0);
  }
  store<i64>(cpu + X_EXC_NEXT, next);
  return raise(cpu, vector, 0, EXC_SOFT);
}

/** The bit of the vector in the TSS's interrupt redirection bitmap is clear: the 8086 program's own handler takes it. */
function redirected(cpu: i32, vector: i32): bool {
  if (segLimit(cpu, TR) < 0x67) return false;
  const mmu = systemMmu(cpu);
  const bitmap = <u64>ld16(cpu, segBase(cpu, TR) + 0x66, mmu) - 32 + (vector >> 3);
  if (faulted(cpu) || bitmap > segLimit(cpu, TR)) return false;
  const bits = ld8(cpu, segBase(cpu, TR) + bitmap, mmu);
  return !faulted(cpu) && ((bits >> (vector & 7)) & 1) == 0;
}

function redirect(cpu: i32, vector: i32, next: i64): void {
  const old = systemFlags(cpu);
  const virtual = iopl(cpu) < 3;
  let image = getFlags(cpu);
  if (virtual) image = (image & ~F_IF) | F_IOPL | (old & F_VIF ? F_IF : 0);
  const offset = ld16(cpu, vector << 2, 2);
  const selector = ld16(cpu, (vector << 2) + 2, 2);
  if (faulted(cpu)) return;
  openCurrent(cpu);
  push(cpu, 2, image & 0xffff);
  push(cpu, 2, segSel(cpu, CS));
  push(cpu, 2, next & 0xffff);
  if (faulted(cpu)) return;
  setSp(cpu, stackPointer(cpu), openMask(cpu));
  loadV86(cpu, CS, selector);
  jumpTo(cpu, offset);
  setSystemFlags(cpu, old & ~(F_TF | (virtual ? F_VIF : F_IF)));
}

/** Helper STAC (a = 1), CLAC (a = 0). Ends the block: the MMU index may change. */
export function x86_set_ac(cpu: i32, a: i64, b: i64, c: i64): i64 {
  setSystemFlags(cpu, a ? systemFlags(cpu) | F_AC : systemFlags(cpu) & ~F_AC);
  return 0;
}
