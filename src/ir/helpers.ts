// Named helpers: functions of a guest's core that IR can call, with what they do to guest state. A guest declares its table
// (src/frontend/<guest>/helpers.ts); the index in it is the helper's number. Three shapes only:
//
//   int     (cpu: i32, a: i64, b: i64, c: i64) -> i64
//   vec     (cpu: i32, a: v128, b: v128, imm: i64) -> v128
//   vecint  (cpu: i32, a: v128, b: v128, imm: i64) -> i64
//
// Absent arguments are passed as 0. A second result goes to the slot S_RET2.

import type { Ty } from "./ops.js";
import type { WOp } from "./wasm-ops.js";

export type HelperShape = "int" | "vec" | "vecint";

/** Byte ranges of CPU state, [first, end). */
export type SlotRange = readonly [number, number];

/** A WebAssembly operation that a region may do in place of the call where all of this holds: it gives what the helper would, which would have
 *  no effect. */
export interface Shortcut {
  /** A relaxed multiply-add is one of scalars, and done where the host rounds once. */
  readonly op: WOp;
  /** Types of its operands, whose bits the first arguments are, and of its result. */
  readonly operands: readonly Ty[];
  readonly result: Ty;
  /** This bit of an I32 slot is set. The helper has to be declared to read it. */
  readonly flag?: { readonly slot: number; readonly bit: number };
  /** An argument is this constant. */
  readonly constant?: readonly [argument: number, value: number];
  /** No operand is a NaN. */
  readonly ordered?: boolean;
  /** The result's absolute value is more than this, and less than this. */
  readonly above?: number;
  readonly below?: number;
}

export interface HelperDef {
  /** Export of the core. */
  readonly name: string;
  readonly shape: HelperShape;
  /** Guest state it reads / writes; "all" where it may touch anything. */
  readonly reads: readonly SlotRange[] | "all";
  readonly writes: readonly SlotRange[] | "all";
  /** May set S_FAULT (then it has changed no guest-visible state, and its result is not used). */
  readonly fault: boolean;
  /** No effect but its result: may be removed when the result is unused, and shared. Implies no writes, no fault. */
  readonly pure: boolean;
  /** Needs the exact instruction count or program counter (S_PENDING, S_PC) while it runs. */
  readonly exact: boolean;
  /** May change the CPU's mode or the mapping of addresses, or have an interrupt become due: what comes behind the block is looked at. */
  readonly system: boolean;
  /** Of a helper of shape "int" that neither may fault nor is exact or system. */
  readonly shortcut?: Shortcut;
}

/** An int helper that depends on its arguments alone. */
export function pure(name: string, shape: HelperShape = "int"): HelperDef {
  return { name, shape, reads: [], writes: [], fault: false, pure: true, exact: false, system: false };
}

export function helper(name: string, options: Partial<Omit<HelperDef, "name">> = {}): HelperDef {
  const system = options.writes === "all";
  return { name, shape: "int", reads: [], writes: [], fault: false, pure: false, exact: false, system, ...options };
}

/** A system helper: sees and may change all of guest state, may fault, needs exact state. */
export function system(name: string): HelperDef {
  return { name, shape: "int", reads: "all", writes: "all", fault: true, pure: false, exact: true, system: true };
}
