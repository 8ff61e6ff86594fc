// The functions generated code calls, by symbol:
//
//   h.NAME             helper NAME of core
//   crossing_open      (cpu, va, bytes, write, mmu) -> i32 and
//   crossing_close     (cpu, va, bytes, mmu): of core, accesses across two pages (core/engine/softmmu/crossing.ts)
//   atomic_at          (cpu, host, word, value, third) -> i64 and atomic_fence: of core (core/engine/softmmu/atomic.ts)
//   exec.MMU           (cpu, pc, host) -> i32: 1 if the code at `pc` is mapped at host address `host`
//   mulhu, mulhs, bswap64

import type { HelperDef, HelperShape } from "../../ir/helpers.js";
import { Ty } from "../../ir/ops.js";
import { S_TLB, TLB_EXEC, TLB_EXEC_ADDEND, TLB_FLAGS, TLB_GLOBAL, TLB_MODE_SIZE } from "../../layout/tlb.js";
import { S_CODE_BASE, S_CODE_MASK, S_LOCAL_PAGE } from "../../layout/vcpu.js";
import { Code, type FunctionBody } from "./code.js";
import { tlbIndex } from "./memory-code.js";
import { I32, I64, V128, W } from "./opcodes.js";
import type { FunctionType, SymbolDef } from "./symbols.js";

const SHAPES: Record<HelperShape, FunctionType> = {
  int: { params: [I32, I64, I64, I64], results: [I64] },
  vec: { params: [I32, V128, V128, I64], results: [V128] },
  vecint: { params: [I32, V128, V128, I64], results: [I64] },
};

/** Finds and builds what the symbols stand for; built routines are kept. */
export class Runtime {
  private readonly helpers = new Map<string, HelperDef>();
  private readonly built = new Map<string, SymbolDef>();

  constructor(helpers: readonly HelperDef[]) {
    for (const def of helpers) this.helpers.set(def.name, def);
  }

  readonly resolve = (symbol: string): SymbolDef => {
    let def = this.built.get(symbol);
    if (!def) {
      def = this.build(symbol);
      this.built.set(symbol, def);
    }
    return def;
  };

  private build(symbol: string): SymbolDef {
    if (symbol.startsWith("h.")) {
      const name = symbol.slice(2);
      return { kind: "import", name, type: SHAPES[this.helpers.get(name)!.shape] };
    }
    const [kind, a] = symbol.split(".") as [string, string];
    switch (kind) {
      case "crossing_open":
        return { kind: "import", name: symbol, type: { params: [I32, I64, I32, I32, I32], results: [I32] } };
      case "crossing_close":
        return { kind: "import", name: symbol, type: { params: [I32, I64, I32, I32], results: [] } };
      case "atomic_at":
        return { kind: "import", name: symbol, type: { params: [I32, I32, I32, I64, I64], results: [I64] } };
      case "atomic_fence":
        return { kind: "import", name: symbol, type: { params: [], results: [] } };
      case "exec":
        return local([I32, I64, I32], [I32], exec(Number(a)));
      case "mulhu":
        return local([I64, I64], [I64], mulHigh(false));
      case "mulhs":
        return local([I64, I64], [I64], mulHigh(true));
      case "bswap64":
        return local([I64], [I64], swap64());
      default:
        throw new Error(`no such symbol: ${symbol}`);
    }
  }
}

function local(params: number[], results: number[], body: FunctionBody): SymbolDef {
  return { kind: "local", type: { params, results }, body };
}

const CPU = 0;

/** Offset of a field of TLB entry 0 of an MMU mode from `cpu`. */
export function tlbOffset(mmu: number, field: number): number {
  return S_TLB + mmu * TLB_MODE_SIZE + field;
}

function exec(mmu: number): FunctionBody {
  const code = new Code(3);
  const entry = code.local(Ty.I32);
  const va = code.local(Ty.I64);
  code.get(1);
  code.get(CPU);
  code.mem(W.i64_load, S_CODE_BASE, 3);
  code.op(W.i64_add);
  code.get(CPU);
  code.mem(W.i64_load, S_CODE_MASK, 3);
  code.op(W.i64_and);
  code.set(va);
  tlbIndex(code, va);
  code.get(CPU);
  code.op(W.i32_add);
  code.set(entry);
  code.get(va);
  code.get(entry);
  code.mem(W.i64_load, tlbOffset(mmu, TLB_EXEC), 3);
  code.op(W.i64_xor);
  code.i64(4096);
  code.op(W.i64_lt_u);
  code.get(va);
  code.op(W.i32_wrap_i64);
  code.get(entry);
  code.mem(W.i32_load, tlbOffset(mmu, TLB_EXEC_ADDEND), 2);
  code.op(W.i32_add);
  code.get(2);
  code.op(W.i32_eq);
  code.op(W.i32_and);
  code.get(CPU);
  code.get(CPU);
  code.mem(W.i32_load, S_LOCAL_PAGE, 2);
  code.get(entry);
  code.mem(W.i32_load, tlbOffset(mmu, TLB_EXEC + TLB_FLAGS), 2);
  code.i32(TLB_GLOBAL);
  code.op(W.i32_and);
  code.op(W.i32_eqz);
  code.op(W.i32_or);
  code.mem(W.i32_store, S_LOCAL_PAGE, 2);
  return code.finish();
}

function mulHigh(signed: boolean): FunctionBody {
  const code = new Code(2);
  const [al, ah, bl, bh, mid, result] = [0, 0, 0, 0, 0, 0].map(() => code.local(Ty.I64)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const half = (from: number, low: number, high: number) => {
    code.get(from);
    code.i64(-1, 0);
    code.op(W.i64_and);
    code.set(low);
    code.get(from);
    code.i64(32);
    code.op(W.i64_shr_u);
    code.set(high);
  };
  const product = (x: number, y: number) => {
    code.get(x);
    code.get(y);
    code.op(W.i64_mul);
  };
  const high = () => {
    code.i64(32);
    code.op(W.i64_shr_u);
  };
  half(0, al, ah);
  half(1, bl, bh);
  // mid = ah*bl + (al*bl >> 32), which cannot overflow; the other cross product is added to its low half.
  product(ah, bl);
  product(al, bl);
  high();
  code.op(W.i64_add);
  code.set(mid);
  product(ah, bh);
  code.get(mid);
  high();
  code.op(W.i64_add);
  product(al, bh);
  code.get(mid);
  code.i64(-1, 0);
  code.op(W.i64_and);
  code.op(W.i64_add);
  high();
  code.op(W.i64_add);
  if (signed) {
    code.set(result);
    code.get(result);
    for (const [x, y] of [
      [0, 1],
      [1, 0],
    ] as const) {
      code.get(x);
      code.i64(63);
      code.op(W.i64_shr_s);
      code.get(y);
      code.op(W.i64_and);
      code.op(W.i64_sub);
    }
  }
  return code.finish();
}

function swap64(): FunctionBody {
  const code = new Code(1);
  const x = code.local(Ty.I64);
  code.get(0);
  code.set(x);
  for (const [shift, maskLo, maskHi] of [
    [8, 0x00ff00ff, 0x00ff00ff],
    [16, 0x0000ffff, 0x0000ffff],
  ] as const) {
    code.get(x);
    code.i64(shift);
    code.op(W.i64_shr_u);
    code.i64(maskLo, maskHi);
    code.op(W.i64_and);
    code.get(x);
    code.i64(maskLo, maskHi);
    code.op(W.i64_and);
    code.i64(shift);
    code.op(W.i64_shl);
    code.op(W.i64_or);
    code.set(x);
  }
  code.get(x);
  code.i64(32);
  code.op(W.i64_rotl);
  return code.finish();
}
