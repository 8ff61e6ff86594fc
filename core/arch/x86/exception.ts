// Exceptions: raising them (pending state in X_EXC_*, S_FAULT) and delivering the pending one, with double and triple
// faults (Intel SDM volume 3, 6.15, table 6-5).

import { E_LOG } from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import {
  FAULT_EXCEPTION, FAULT_NONE, FAULT_SHUTDOWN, S_FAULT, S_INHIBIT, S_ONE_INSN, S_PC,
} from "../../../src/layout/vcpu";
import {
  EXC_EXTERNAL, EXC_HAS_ERROR, EXC_SOFT, EXC_TRAP, X_CR2, X_CR2_BEFORE, X_EXC_ERROR, X_EXC_FIRST, X_EXC_FIRST_CR2, X_EXC_FLAGS, X_EXC_NESTING, X_EXC_NEXT, X_EXC_VECTOR, X_NON_CANONICAL, X_REPEATING, X_SS_SHADOW,
} from "../../../src/arch/x86/layout";
import { LOG_INTERRUPT, log } from "../../engine/host";
import { V_AC, V_DB, V_DF, V_GP, V_NM, V_NP, V_PF, V_SS, V_TS, V_UD } from "./bits";
import { dropDebugBits } from "./debug";
import { deliverEvent } from "./interrupt";
import { canonical, isCode64 } from "./regs";
import { isStackAccess } from "./stackfault";
import { settleWaiting } from "./x87/first";

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

export function raiseUD(cpu: i32): i32 { return raise(cpu, V_UD, 0, 0); }
export function raiseNM(cpu: i32): i32 { return raise(cpu, V_NM, 0, 0); }
/** `error`: a selector or table index with its low bits, without EXT. */
export function raiseGP(cpu: i32, error: i32): i32 { return raise(cpu, V_GP, error | ext(cpu), EXC_HAS_ERROR); }
export function raiseSS(cpu: i32, error: i32): i32 { return raise(cpu, V_SS, error | ext(cpu), EXC_HAS_ERROR); }
export function raiseNP(cpu: i32, error: i32): i32 { return raise(cpu, V_NP, error | ext(cpu), EXC_HAS_ERROR); }
export function raiseTS(cpu: i32, error: i32): i32 { return raise(cpu, V_TS, error | ext(cpu), EXC_HAS_ERROR); }

/** A data access to a non-canonical address: #GP(0), or #SS(0) when deliver() finds that it was to the stack. */
export function raiseNonCanonical(cpu: i32, va: u64, fetch: bool): i32 {
  store<u64>(cpu + X_NON_CANONICAL, va);
  return raise(cpu, V_GP, ext(cpu), EXC_HAS_ERROR | (fetch || ext(cpu) ? 0 : EXC_LOOK));
}

/** X_EXC_FLAGS: see raiseNonCanonical. */
const EXC_LOOK: i32 = 0x80;

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

/** Benign 0, contributory 1, page fault 2, double fault 3. */
function exceptionClass(vector: i32, flags: i32): i32 {
  if (flags & (EXC_SOFT | EXC_EXTERNAL)) return 0;
  if (vector == V_DF) return 3;
  if (vector == V_PF) return 2;
  if (vector == 0 || (vector >= V_TS && vector <= V_GP)) return 1;
  return 0;
}

/** Hook: delivers the pending exception. 0, or FAULT_SHUTDOWN on a triple fault. S_PC is the interrupted instruction's. */
export function deliver(cpu: i32): i32 {
  // Pushes may go to pages with code or to MMIO: nothing runs that could be repeated.
  const oneInsn = load<i32>(cpu + S_ONE_INSN);
  store<i32>(cpu + S_ONE_INSN, 1);
  store<i32>(cpu + S_INHIBIT, 0);
  store<i64>(cpu + X_SS_SHADOW, -1);
  const kind = load<i32>(cpu + X_EXC_FLAGS) & (EXC_SOFT | EXC_TRAP | EXC_EXTERNAL);
  // A fault abandons its instruction: data breakpoints it met will be met again, those of a MOV SS before it are lost, as ICEBP loses them. After
  // INT n, SYSCALL and the like they are taken at the handler's first instruction.
  if (kind == 0 || (load<i32>(cpu + X_EXC_VECTOR) == V_DB && kind == EXC_TRAP)) dropDebugBits(cpu);
  if (load<i32>(cpu + X_EXC_FLAGS) & EXC_LOOK) settleNonCanonical(cpu);
  if (kind == 0) settleWaiting(cpu);
  store<i32>(cpu + X_EXC_FIRST, load<i32>(cpu + X_EXC_VECTOR));
  store<i64>(cpu + X_EXC_FIRST_CR2, load<i64>(cpu + X_CR2));
  let result = FAULT_NONE;
  for (;;) {
    const vector = load<i32>(cpu + X_EXC_VECTOR);
    const error = load<i32>(cpu + X_EXC_ERROR);
    const flags = load<i32>(cpu + X_EXC_FLAGS);
    const pc = flags & (EXC_SOFT | EXC_TRAP) ? load<u64>(cpu + X_EXC_NEXT) : load<u64>(cpu + S_PC);
    if (load<i32>(ENGINE + E_LOG)) log(LOG_INTERRUPT, vector, error, <u32>pc);
    store<i32>(cpu + S_FAULT, FAULT_NONE);
    store<i32>(cpu + X_EXC_NESTING, flags & EXC_SOFT ? -1 : vector);
    deliverEvent(cpu, vector, error, flags, pc);
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) break;
    const first = exceptionClass(vector, flags);
    const second = exceptionClass(load<i32>(cpu + X_EXC_VECTOR), load<i32>(cpu + X_EXC_FLAGS));
    if (first == 3) {
      result = FAULT_SHUTDOWN;
      break;
    }
    if ((first == 1 && second == 1) || (first == 2 && (second == 1 || second == 2))) {
      raise(cpu, V_DF, 0, EXC_HAS_ERROR);
    }
  }
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i32>(cpu + X_REPEATING, 0);
  store<i32>(cpu + X_EXC_NESTING, -1);
  store<i32>(cpu + S_ONE_INSN, oneInsn);
  return result;
}

function settleNonCanonical(cpu: i32): void {
  const stack = isCode64(cpu) && isStackAccess(cpu, load<u64>(cpu + X_NON_CANONICAL));
  raise(cpu, stack ? V_SS : V_GP, 0, EXC_HAS_ERROR);
}

/** Hook: an access that must be aligned is not. 16-byte SSE operands give #GP(0), others #AC(0). */
export function misaligned(cpu: i32, va: u64, size: i32): i32 {
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
