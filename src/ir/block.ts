import { type Op, PcWidth, type Ty } from "./ops.js";

/** One translated block: nodes as parallel arrays (see ops.ts), kept and reused to spare the collector. */
export class IrBlock {
  count = 0;
  op = new Uint8Array(512);
  ty = new Uint8Array(512);
  a = new Int32Array(512);
  b = new Int32Array(512);
  c = new Int32Array(512);
  d = new Int32Array(512);
  /** Index of the guest instruction a node belongs to. */
  pos = new Uint16Array(512);
  /** Bits that may be set in an I32/I64 value, low and high half. */
  maybeLo = new Int32Array(512);
  maybeHi = new Int32Array(512);
  vconsts: Uint8Array[] = [];

  /** Guest instructions, and the displacement of each from the block's start; insnOffset[insns] is the block's length. */
  insns = 0;
  insnOffset = new Uint16Array(128);
  pcWidth: PcWidth = PcWidth.W64;
  /** An instruction reaches into the next page (then it is the block's only one). */
  crossesPage = false;

  clear(): void {
    this.count = 0;
    this.insns = 0;
    this.vconsts.length = 0;
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
    const n = this.op.length * 2;
    const u8 = (x: Uint8Array) => {
      const y = new Uint8Array(n);
      y.set(x);
      return y;
    };
    const i32 = (x: Int32Array) => {
      const y = new Int32Array(n);
      y.set(x);
      return y;
    };
    this.op = u8(this.op) as Uint8Array<ArrayBuffer>;
    this.ty = u8(this.ty) as Uint8Array<ArrayBuffer>;
    this.a = i32(this.a) as Int32Array<ArrayBuffer>;
    this.b = i32(this.b) as Int32Array<ArrayBuffer>;
    this.c = i32(this.c) as Int32Array<ArrayBuffer>;
    this.d = i32(this.d) as Int32Array<ArrayBuffer>;
    this.maybeLo = i32(this.maybeLo) as Int32Array<ArrayBuffer>;
    this.maybeHi = i32(this.maybeHi) as Int32Array<ArrayBuffer>;
    const pos = new Uint16Array(n);
    pos.set(this.pos);
    this.pos = pos;
  }
}
