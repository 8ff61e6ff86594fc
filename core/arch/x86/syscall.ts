// SYSCALL, SYSRET, SYSENTER, SYSEXIT (Intel SDM volume 2).

import {
  CS,
  F_IF,
  F_RF,
  F_VM,
  RCX,
  RDX,
  RSP,
  SEG_ATTR,
  SEG_BASE,
  SEG_LIMIT,
  SEG_SEL,
  SS,
  X_CPL,
  X_CSTAR,
  X_GPR,
  X_LSTAR,
  X_SFMASK,
  X_STAR,
  X_SYSENTER_CS,
  X_SYSENTER_EIP,
  X_SYSENTER_ESP,
  F_TF,
} from "../../../src/arch/x86/layout";
import { EFER_SCE, F_ALL } from "./bits";
import { pendSingleStep } from "./debug";
import { raiseGP, raiseUD } from "./raise";
import { getFlags, setFlags, setSystemFlags } from "./flags";
import { updateMode } from "./mode";
import { canonical, cpl, efer, isCode64, isLong, isProtected, jumpTo, seg, systemFlags } from "./regs";

const R11: i32 = X_GPR + 11 * 8;

/** Flat 4 GiB segments, as all four instructions load them whatever the tables say. */
function loadFlat(cpu: i32, n: i32, selector: i32, attr: i32): void {
  const s = seg(cpu, n);
  store<i32>(s + SEG_SEL, selector);
  store<u64>(s + SEG_BASE, 0);
  store<u64>(s + SEG_LIMIT, 0xffffffff);
  store<i32>(s + SEG_ATTR, attr);
}

const CODE64: i32 = 0xa09b;
const CODE32: i32 = 0xc09b;
const DATA: i32 = 0xc093;
const USER: i32 = 0x60;

/** Helper SYSCALL: a = program counter after the instruction. */
export function x86_syscall(cpu: i32, next: i64, b: i64, c: i64): i64 {
  if ((efer(cpu) & EFER_SCE) == 0) return raiseUD(cpu);
  const selector = load<i32>(cpu + X_STAR + 4) & 0xfffc;
  const stepping = (systemFlags(cpu) & F_TF) != 0;
  if (isLong(cpu)) {
    const target = load<u64>(cpu + (isCode64(cpu) ? X_LSTAR : X_CSTAR));
    const flags = getFlags(cpu);
    store<i64>(cpu + RCX, next);
    store<u64>(cpu + R11, <u64>(<u32>(flags & ~F_RF)));
    store<i32>(cpu + X_CPL, 0);
    loadFlat(cpu, CS, selector, CODE64);
    loadFlat(cpu, SS, selector + 8, DATA);
    jumpTo(cpu, target);
    setFlags(cpu, flags & ~(load<i32>(cpu + X_SFMASK) | F_RF) & F_ALL);
  } else {
    store<u64>(cpu + RCX, <u64>next & 0xffffffff);
    store<i32>(cpu + X_CPL, 0);
    loadFlat(cpu, CS, selector, CODE32);
    loadFlat(cpu, SS, selector + 8, DATA);
    jumpTo(cpu, <u64>load<u32>(cpu + X_STAR));
    setSystemFlags(cpu, systemFlags(cpu) & ~(F_VM | F_IF | F_RF));
  }
  // TF counts as it is after the instruction, so that the kernel's entry is not stepped when SFMASK clears it.
  if (stepping && (systemFlags(cpu) & F_TF) != 0) pendSingleStep(cpu);
  return 0;
}

/** Helper SYSRET: a = operand size in bytes. */
export function x86_sysret(cpu: i32, a: i64, b: i64, c: i64): i64 {
  if ((efer(cpu) & EFER_SCE) == 0) return raiseUD(cpu);
  if (!isProtected(cpu) || cpl(cpu) != 0) return raiseGP(cpu, 0);
  const wide = a == 8;
  const target = load<u64>(cpu + RCX);
  if (wide && !canonical(target)) return raiseGP(cpu, 0);
  const star = load<i32>(cpu + X_STAR + 4) >>> 16;
  const selector = (wide ? star + 16 : star) | 3;
  store<i32>(cpu + X_CPL, 3);
  loadFlat(cpu, CS, selector & 0xffff, (wide ? CODE64 : CODE32) | USER);
  loadFlat(cpu, SS, ((star + 8) | 3) & 0xffff, DATA | USER);
  jumpTo(cpu, wide ? target : target & 0xffffffff);
  if (isLongMode(cpu)) setFlags(cpu, (load<i32>(cpu + R11) & F_ALL & ~(F_RF | F_VM)) | 2);
  else setSystemFlags(cpu, systemFlags(cpu) | F_IF);
  if (systemFlags(cpu) & F_TF) pendSingleStep(cpu);
  return 0;
}

// @ts-ignore: decorator
@inline function isLongMode(cpu: i32): bool {
  return (efer(cpu) & 0x400) != 0;
}

/** Helper SYSENTER. */
export function x86_sysenter(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const selector = load<i32>(cpu + X_SYSENTER_CS) & 0xfffc;
  if (!isProtected(cpu) && (systemFlags(cpu) & F_VM) == 0) return raiseGP(cpu, 0);
  if (selector == 0) return raiseGP(cpu, 0);
  const long = isLong(cpu);
  store<i32>(cpu + X_CPL, 0);
  loadFlat(cpu, CS, selector, long ? CODE64 : CODE32);
  loadFlat(cpu, SS, selector + 8, DATA);
  const esp = load<u64>(cpu + X_SYSENTER_ESP);
  const eip = load<u64>(cpu + X_SYSENTER_EIP);
  store<u64>(cpu + RSP, long ? esp : esp & 0xffffffff);
  jumpTo(cpu, long ? eip : eip & 0xffffffff);
  setSystemFlags(cpu, systemFlags(cpu) & ~(F_VM | F_IF | F_RF));
  return 0;
}

/** Helper SYSEXIT: a = operand size in bytes. */
export function x86_sysexit(cpu: i32, a: i64, b: i64, c: i64): i64 {
  const base = load<i32>(cpu + X_SYSENTER_CS) & 0xfffc;
  if (base == 0 || !isProtected(cpu)) return raiseGP(cpu, 0);
  const wide = a == 8;
  const target = load<u64>(cpu + RDX);
  const stack = load<u64>(cpu + RCX);
  if (wide && (!canonical(target) || !canonical(stack))) return raiseGP(cpu, 0);
  store<i32>(cpu + X_CPL, 3);
  loadFlat(cpu, CS, (base + (wide ? 32 : 16)) | 3, (wide ? CODE64 : CODE32) | USER);
  loadFlat(cpu, SS, (base + (wide ? 40 : 24)) | 3, DATA | USER);
  store<u64>(cpu + RSP, wide ? stack : stack & 0xffffffff);
  jumpTo(cpu, wide ? target : target & 0xffffffff);
  updateMode(cpu);
  return 0;
}
