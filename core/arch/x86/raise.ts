// Raising exceptions: the pending one stands in X_EXC_* and S_FAULT until deliver() takes it.

import { FAULT_EXCEPTION, FAULT_NONE, S_CODE_BASE, S_FAULT } from "../../../src/layout/vcpu";
import {
  EXC_HAS_ERROR,
  X_CR2,
  X_CR2_BEFORE,
  X_EXC_ERROR,
  X_EXC_FLAGS,
  X_EXC_NESTING,
  X_EXC_NEXT,
  X_EXC_VECTOR,
  X_NON_CANONICAL,
} from "../../../src/arch/x86/layout";
import { V_AC, V_GP, V_NM, V_NP, V_PF, V_SS, V_TS, V_UD } from "./bits";
import { beyondCode, canonical, isCode64 } from "./regs";

/** Makes an exception pending. */
export function raise(cpu: i32, vector: i32, error: i32, flags: i32): i32 {
  store<i32>(cpu + X_EXC_VECTOR, vector);
  store<i32>(cpu + X_EXC_ERROR, error);
  store<i32>(cpu + X_EXC_FLAGS, flags);
  store<i32>(cpu + S_FAULT, FAULT_EXCEPTION);
  return FAULT_EXCEPTION;
}

/** The EXT bit of error codes: set while an event other than INT n, INT3, INTO is being delivered (SDM volume 3, 6.13). */
// @ts-ignore: decorator
@inline export function ext(cpu: i32): i32 {
  return load<i32>(cpu + X_EXC_NESTING) >= 0 ? 1 : 0;
}

export function raiseUD(cpu: i32): i32 {
  return raise(cpu, V_UD, 0, 0);
}
export function raiseNM(cpu: i32): i32 {
  return raise(cpu, V_NM, 0, 0);
}
/** `error`: a selector or table index with its low bits, without EXT. */
export function raiseGP(cpu: i32, error: i32): i32 {
  return raise(cpu, V_GP, error | ext(cpu), EXC_HAS_ERROR);
}
export function raiseSS(cpu: i32, error: i32): i32 {
  return raise(cpu, V_SS, error | ext(cpu), EXC_HAS_ERROR);
}
export function raiseNP(cpu: i32, error: i32): i32 {
  return raise(cpu, V_NP, error | ext(cpu), EXC_HAS_ERROR);
}
export function raiseTS(cpu: i32, error: i32): i32 {
  return raise(cpu, V_TS, error | ext(cpu), EXC_HAS_ERROR);
}

/** A data access to a non-canonical address: #GP(0), or #SS(0) when deliver() finds that it was to the stack. */
export function raiseNonCanonical(cpu: i32, va: u64, fetch: bool): i32 {
  store<u64>(cpu + X_NON_CANONICAL, va);
  return raise(cpu, V_GP, ext(cpu), EXC_HAS_ERROR | (fetch || ext(cpu) ? 0 : EXC_LOOK));
}

/** X_EXC_FLAGS: see raiseNonCanonical. */
export const EXC_LOOK: i32 = 0x80;

/** Whether code at a linear address is outside CS: that is #GP(0), whatever the page is like (SDM volume 3, 6.9). */
function outsideCode(cpu: i32, va: u64): bool {
  return !isCode64(cpu) && beyondCode(cpu, (va - load<u64>(cpu + S_CODE_BASE)) & 0xffffffff);
}

/** Code whose page cannot be fetched. */
export function raiseFetchPF(cpu: i32, va: u64, error: i32): i32 {
  return outsideCode(cpu, va) ? raiseGP(cpu, 0) : raisePF(cpu, va, error);
}

/** Hook: see E_HOOK_NO_CODE. Processors read all ones there and go on; a guest that does is lost. */
export function noCode(cpu: i32, va: u64): i32 {
  return outsideCode(cpu, va) ? raiseGP(cpu, 0) : FAULT_NONE;
}

export function raisePF(cpu: i32, va: u64, error: i32): i32 {
  store<u64>(cpu + X_CR2_BEFORE, load<u64>(cpu + X_CR2));
  store<u64>(cpu + X_CR2, va);
  return raise(cpu, V_PF, error, EXC_HAS_ERROR);
}

/** Helper for exceptions known at translation: a = vector, with EXC_* flags in bits 8 and up; b = error code; c = program
 *  counter after the instruction (used with EXC_SOFT and EXC_TRAP). */
export function x86_raise(cpu: i32, a: i64, error: i64, next: i64): i64 {
  store<i64>(cpu + X_EXC_NEXT, next);
  raise(cpu, <i32>a & 0xff, <i32>error, <i32>a >> 8);
  return 0;
}

/** Hook: an access that must be aligned is not. 16-byte SSE operands give #GP(0), others #AC(0). */
export function misaligned(cpu: i32, va: u64, size: i32, access: i32): i32 {
  return size >= 4 ? raiseGP(cpu, 0) : raiseMisaligned(cpu, va);
}

/** #AC(0) for a misaligned access: an address that is not canonical comes before, a page that is missing after (SDM volume 3, 6.9 leaves that to
 *  the processor). */
export function raiseMisaligned(cpu: i32, va: u64): i32 {
  return canonicalHere(cpu, va) ? raise(cpu, V_AC, 0, EXC_HAS_ERROR) : raiseNonCanonical(cpu, va, false);
}

function canonicalHere(cpu: i32, va: u64): bool {
  return !isCode64(cpu) || canonical(va);
}
