// The functions generated code calls, by symbol:
//
//   h.NAME             helper NAME of core
//   load.WORD.TY.MMU   (cpu, va, site: i64) -> (TY, i32 fault): slow path of a load; `site` goes to S_RET2 on a fault
//   store.WORD.TY.MMU  (cpu, va, value, site) -> i32 fault
//   exec.MMU           (cpu, pc, host) -> i32: 1 if the code at `pc` is mapped at host address `host`
//   mulhu, mulhs, bswap64

import type { HelperDef, HelperShape } from "../ir/helpers.js";
import { Ty } from "../ir/ops.js";
import {
  MEM_ALIGN,
  MEM_RMW,
  MEM_SIZE_MASK,
  S_FAULT,
  S_PC_BASE,
  S_RET2,
  S_TLB,
  TLB_ADDEND,
  TLB_EXEC,
  TLB_MODE_SIZE,
} from "../layout.js";
import { Code, type FunctionBody, wasmType } from "./code.js";
import type { FunctionType, SymbolDef } from "./linker.js";
import { hostAddress, hostLoad, hostStore, tlbCheck, tlbIndex } from "./memory-code.js";
import { I32, I64, V128, W } from "./opcodes.js";

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
    const [kind, a, b, c] = symbol.split(".") as [string, string, string, string];
    switch (kind) {
      case "load":
        return local([I32, I64, I64], [wasmType(Number(b) as Ty), I32], slowLoad(Number(a), Number(b), Number(c)));
      case "store":
        return local([I32, I64, wasmType(Number(b) as Ty), I64], [I32], slowStore(Number(a), Number(b), Number(c)));
      case "exec":
        return local([I32, I64, I32], [I32], exec(Number(a)));
      case "mulhu":
        return local([I64, I64], [I64], mulHigh(false));
      case "mulhs":
        return local([I64, I64], [I64], mulHigh(true));
      case "bswap64":
        return local([I64], [I64], swap64());
      case "slow_load":
        return { kind: "import", name: kind, type: { params: [I32, I64, I32, I32], results: [I64] } };
      case "slow_load128":
        return { kind: "import", name: kind, type: { params: [I32, I64, I32, I32], results: [V128] } };
      case "slow_store":
        return { kind: "import", name: kind, type: { params: [I32, I64, I64, I32, I32], results: [] } };
      case "slow_store128":
        return { kind: "import", name: kind, type: { params: [I32, I64, V128, I32, I32], results: [] } };
      default:
        throw new Error(`no such symbol: ${symbol}`);
    }
  }
}

function local(params: number[], results: number[], body: FunctionBody): SymbolDef {
  return { kind: "local", type: { params, results }, body };
}

const CPU = 0;
const VA = 1;

/** Leaves the fault flag on the stack; where it is set `site` has gone to S_RET2. */
function faultFlag(code: Code, site: number): void {
  const fault = code.local(Ty.I32);
  code.get(CPU);
  code.mem(W.i32_load, S_FAULT, 2);
  code.tee(fault);
  code.begin(W.if_);
  code.get(CPU);
  code.get(site);
  code.mem(W.i64_store, S_RET2, 3);
  code.end();
  code.get(fault);
}

/** Local functions look at the TLB again before they call core: an access of a group may hit where the group's span does not. */
function fast(code: Code, word: number, mmu: number, write: boolean): { va: number; entry: number } {
  const tlb = code.local(Ty.I32);
  const entry = code.local(Ty.I32);
  code.get(CPU);
  code.i32(S_TLB + mmu * TLB_MODE_SIZE);
  code.op(W.i32_add);
  code.set(tlb);
  tlbCheck(code, VA, entry, tlb, 1 << (word & MEM_SIZE_MASK), write, (word & MEM_ALIGN) !== 0);
  return { va: VA, entry };
}

function slowLoad(word: number, ty: Ty, mmu: number): FunctionBody {
  const code = new Code(3);
  const { va, entry } = fast(code, word, mmu, (word & MEM_RMW) !== 0);
  const value = code.local(ty);
  code.begin(W.if_);
  hostAddress(code, va, entry);
  hostLoad(code, ty, word, 0);
  code.i32(0);
  code.op(W.return_);
  code.end();
  code.get(CPU);
  code.get(VA);
  code.i32(word);
  code.i32(mmu);
  if ((word & MEM_SIZE_MASK) === 4) code.call("slow_load128");
  else {
    code.call("slow_load");
    if (ty === Ty.I32) code.op(W.i32_wrap_i64);
  }
  code.set(value);
  code.get(value);
  faultFlag(code, 2);
  return code.finish();
}

function slowStore(word: number, ty: Ty, mmu: number): FunctionBody {
  const code = new Code(4);
  const { va, entry } = fast(code, word, mmu, true);
  code.begin(W.if_);
  hostAddress(code, va, entry);
  code.get(2);
  hostStore(code, ty, word, 0);
  code.i32(0);
  code.op(W.return_);
  code.end();
  code.get(CPU);
  code.get(VA);
  code.get(2);
  if (ty === Ty.I32) code.op(W.i64_extend_i32_u);
  code.i32(word);
  code.i32(mmu);
  code.call((word & MEM_SIZE_MASK) === 4 ? "slow_store128" : "slow_store");
  faultFlag(code, 3);
  return code.finish();
}

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
  code.mem(W.i64_load, S_PC_BASE, 3);
  code.op(W.i64_add);
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
  code.mem(W.i32_load, tlbOffset(mmu, TLB_ADDEND), 2);
  code.op(W.i32_add);
  code.get(2);
  code.op(W.i32_eq);
  code.op(W.i32_and);
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
