import { type Op, PcWidth, type Ty } from "./ops.js";

/** Nodes a block has room for at first; more than almost any needs. */
const NODES = 1024;
const INSNS = 128;

/** One translated block: nodes as parallel arrays (see ops.ts), kept and reused to spare the collector. */
export class IrBlock {
  count = 0;
  op: Uint8Array<ArrayBuffer>;
  ty: Uint8Array<ArrayBuffer>;
  a: Int32Array<ArrayBuffer>;
  b: Int32Array<ArrayBuffer>;
  c: Int32Array<ArrayBuffer>;
  d: Int32Array<ArrayBuffer>;
  /** Bits that may be set in an I32/I64 value, low and high half. */
  maybeLo: Int32Array<ArrayBuffer>;
  maybeHi: Int32Array<ArrayBuffer>;
  /** Index of the guest instruction a node belongs to. */
  pos: Uint16Array<ArrayBuffer>;
  vconsts: Uint8Array[] = [];

  /** Guest instructions, and the displacement of each from the block's start; insnOffset[insns] is the block's length. */
  insns = 0;
  insnOffset: Uint16Array<ArrayBuffer>;
  pcWidth: PcWidth = PcWidth.W64;
  /** An instruction reaches into the next page (then it is the block's only one). */
  crossesPage = false;
  private readonly fixed: boolean;

  /** Room for `nodes` nodes. In a `buffer` the arrays lie one after the other from `at` on, in the order op, ty, a, b, c, d,
   *  maybeLo, maybeHi, pos, insnOffset, and cannot grow. */
  constructor(nodes = NODES, buffer?: ArrayBuffer, at = 0) {
    this.fixed = buffer !== undefined;
    const all = buffer ?? new ArrayBuffer(28 * nodes + 2 * INSNS);
    const i32 = (k: number) => new Int32Array(all, at + 2 * nodes + 4 * nodes * k, nodes);
    this.op = new Uint8Array(all, at, nodes);
    this.ty = new Uint8Array(all, at + nodes, nodes);
    this.a = i32(0);
    this.b = i32(1);
    this.c = i32(2);
    this.d = i32(3);
    this.maybeLo = i32(4);
    this.maybeHi = i32(5);
    this.pos = new Uint16Array(all, at + 26 * nodes, nodes);
    this.insnOffset = new Uint16Array(all, at + 28 * nodes, INSNS);
  }

  clear(): void {
    this.count = 0;
    this.insns = 0;
    if (this.vconsts.length > 0) this.vconsts = [];
    this.pcWidth = PcWidth.W64;
    this.crossesPage = false;
  }

  get bytes(): number {
    return this.insnOffset[this.insns]!;
  }

  push(op: Op, ty: Ty, a: number, b: number, c: number, d: number, pos: number): number {
    const i = this.count;
    if (i === this.op.length) this.grow();
    this.op[i] = op;
    this.ty[i] = ty;
    this.a[i] = a;
    this.b[i] = b;
    this.c[i] = c;
    this.d[i] = d;
    this.pos[i] = pos;
    this.maybeLo[i] = -1;
    this.maybeHi[i] = -1;
    this.count = i + 1;
    return i;
  }

  private grow(): void {
    if (this.fixed) throw new Error("a block has too many nodes");
    const next = new IrBlock(2 * this.op.length);
    for (const name of ["op", "ty", "a", "b", "c", "d", "maybeLo", "maybeHi", "pos", "insnOffset"] as const) {
      next[name].set(this[name]);
      this[name] = next[name] as never;
    }
  }
}
