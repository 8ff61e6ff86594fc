// Writes the body of one WebAssembly function: instructions with their immediates, locals of any type allocated at any
// time, and calls to functions whose index is decided only when a module is put together (relocations).

import { Ty } from "../../ir/ops.js";
import { Bytes } from "./bytes.js";
import { EMPTY, F32, F64, I32, I64, Simd, V128, W } from "./opcodes.js";

const WASM_TYPE = [I32, I64, F32, F64, V128, EMPTY];

export function wasmType(ty: Ty): number {
  return WASM_TYPE[ty]!;
}

/** A function named in a call: helpers and slow paths by name, see linker.ts. */
export interface Relocation {
  /** Offset in the instructions of the two-byte function index. */
  at: number;
  symbol: string;
}

/** A finished body: instructions without the local declarations, so that it can be placed in any module. */
export interface FunctionBody {
  /** Local declarations and instructions, as the code section has them after the size. */
  bytes: Uint8Array;
  /** Offsets count from the start of `bytes`. */
  relocations: Relocation[];
  hints: BranchHint[];
}

/** What a branch does nearly always. */
export interface BranchHint {
  /** Offset of its opcode in `bytes`, each higher than the one before. */
  at: number;
  taken: boolean;
}

export class Code {
  readonly out = new Bytes(1024);
  private readonly relocations: Relocation[] = [];
  private readonly hints: BranchHint[] = [];
  /** Declared locals: runs of one type. */
  private readonly runTypes: Ty[] = [];
  private readonly runCounts: number[] = [];
  private nextLocal: number;
  private readonly free: number[][] = [[], [], [], [], []];
  /** Offset just behind a local.set that a following local.get of the same local turns into a tee; -1: none. */
  private setEnd = -1;
  private setAt = 0;
  private setLocal = -1;

  constructor(parameters: number) {
    this.nextLocal = parameters;
  }

  // ---- locals -----------------------------------------------------------------------------------------------------------

  /** A new local, or one given back by `release`; its value is not defined. */
  local(ty: Ty): number {
    const reuse = this.free[ty]!.pop();
    if (reuse !== undefined) return reuse;
    const last = this.runTypes.length - 1;
    if (this.runTypes[last] === ty) this.runCounts[last]!++;
    else {
      this.runTypes.push(ty);
      this.runCounts.push(1);
    }
    return this.nextLocal++;
  }

  release(ty: Ty, local: number): void {
    this.free[ty]!.push(local);
  }

  // ---- instructions -------------------------------------------------------------------------------------------------------

  op(opcode: W): void {
    this.out.u8(opcode);
  }

  get(local: number): void {
    if (this.setEnd === this.out.length && this.setLocal === local) {
      this.out.data[this.setAt] = W.local_tee;
      this.setEnd = -1;
      return;
    }
    this.out.u8(W.local_get);
    this.out.u32(local);
  }

  set(local: number): void {
    this.setAt = this.out.length;
    this.out.u8(W.local_set);
    this.out.u32(local);
    this.setEnd = this.out.length;
    this.setLocal = local;
  }

  tee(local: number): void {
    this.out.u8(W.local_tee);
    this.out.u32(local);
  }

  i32(value: number): void {
    this.out.u8(W.i32_const);
    this.out.s32(value);
  }

  i64(lo: number, hi: number = lo >> 31): void {
    this.out.u8(W.i64_const);
    this.out.s64(lo, hi);
  }

  /** An I64 given as an integer below 2^53 in absolute value. */
  integer(value: number): void {
    this.i64(value | 0, Math.floor(value / 4294967296));
  }

  f64(value: number): void {
    this.out.u8(W.f64_const);
    this.out.float(value, 8);
  }

  f32(value: number): void {
    this.out.u8(W.f32_const);
    this.out.float(value, 4);
  }

  /** A memory instruction; `align` is log2 of the promised alignment. */
  mem(opcode: W, offset: number, align = 0): void {
    this.out.u8(opcode);
    this.out.u8(align);
    this.out.u32(offset);
  }

  simd(opcode: number): void {
    this.out.u8(0xfd);
    this.out.u32(opcode);
  }

  simdMem(opcode: Simd, offset: number): void {
    this.simd(opcode);
    this.out.u8(0);
    this.out.u32(offset);
  }

  /** Loads a slot of CPU state; the address is on the stack. */
  loadSlot(ty: Ty, offset: number): void {
    if (ty === Ty.V128) this.simdMem(Simd.v128_load, offset);
    else this.mem((W.i32_load + ty) as W, offset, ty === Ty.I32 || ty === Ty.F32 ? 2 : 3);
  }

  /** Stores a slot; address and value are on the stack. */
  storeSlot(ty: Ty, offset: number): void {
    if (ty === Ty.V128) this.simdMem(Simd.v128_store, offset);
    else this.mem((W.i32_store + ty) as W, offset, ty === Ty.I32 || ty === Ty.F32 ? 2 : 3);
  }

  /** block, loop or if with a result type (EMPTY: none). */
  begin(opcode: W.block | W.loop | W.if_, type: number = EMPTY): void {
    this.out.u8(opcode);
    this.out.u8(type);
    this.setEnd = -1;
  }

  else_(): void {
    this.out.u8(W.else_);
    this.setEnd = -1;
  }

  end(): void {
    this.out.u8(W.end);
    this.setEnd = -1;
  }

  br(depth: number): void {
    this.out.u8(W.br);
    this.out.u32(depth);
  }

  brIf(depth: number): void {
    this.out.u8(W.br_if);
    this.out.u32(depth);
  }

  /** A branch that is nearly always taken, or hardly ever. */
  brHinted(depth: number, taken: boolean): void {
    this.hints.push({ at: this.out.length, taken });
    this.brIf(depth);
  }

  /** The last depth is the default. */
  brTable(depths: readonly number[]): void {
    this.out.u8(W.br_table);
    this.out.u32(depths.length - 1);
    for (const depth of depths) this.out.u32(depth);
  }

  call(symbol: string): void {
    this.out.u8(W.call);
    this.relocations.push({ at: this.out.length, symbol });
    this.out.u14(0);
  }

  finish(): FunctionBody {
    this.end();
    const head = new Bytes(32);
    head.u32(this.runTypes.length);
    for (let i = 0; i < this.runTypes.length; i++) {
      head.u32(this.runCounts[i]!);
      head.u8(WASM_TYPE[this.runTypes[i]!]!);
    }
    const shift = head.length;
    head.bytes(this.out.data.subarray(0, this.out.length));
    return {
      bytes: head.toArray(),
      relocations: this.relocations.map((r) => ({ at: r.at + shift, symbol: r.symbol })),
      hints: this.hints.map(({ at, taken }) => ({ at: at + shift, taken })),
    };
  }
}
