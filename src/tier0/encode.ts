// IR of one block to micro-ops (uops.ts). The work is done in the core (core/engine/encoder), which is fast from the first block on;
// here it is given what it needs in linear memory (layout.ts).

import { IrBlock } from "../ir/block.js";
import type { HelperDef } from "../ir/helpers.js";
import { deadCode } from "../ir/passes/dce.js";
import * as T from "./layout.js";

export class BlockTooLarge extends Error {}

/** The core's tier0_encode. */
export type EncodeCall = (
  area: number,
  nodes: number,
  address: number,
  offset: number,
  width: number,
  links: number,
) => number;

export class Tier0Encoder {
  /** The block to encode: it lies where the encoder looks for it. */
  readonly block: IrBlock;
  private readonly live: Uint8Array;
  private readonly vconsts: Uint8Array;

  constructor(
    buffer: ArrayBuffer,
    /** Where the encoder has its data: ENCODER_BYTES, of zeros at first. */
    private readonly area: number,
    private readonly call: EncodeCall,
    private readonly helpers: readonly HelperDef[],
  ) {
    this.block = new IrBlock(T.IR_NODES, buffer, area + T.IR);
    this.live = new Uint8Array(buffer, area + T.LIVE, T.IR_NODES);
    this.vconsts = new Uint8Array(buffer, area + T.VCONSTS, 16 * T.IR_NODES);
    describeHelpers(new DataView(buffer, area, T.ENCODER_BYTES), helpers);
  }

  /** Writes the code of `block` at byte address `address` of linear memory and returns its size in bytes. `pageOffset` is the
   *  offset of the block's first byte in its page; `linkable`: successors on the same page may be linked. */
  encode(address: number, pageOffset: number, linkable: boolean): number {
    const { area, block, live, vconsts } = this;
    deadCode(block, live, this.helpers);
    for (let k = 0; k < block.vconsts.length; k++) vconsts.set(block.vconsts[k]!, 16 * k);
    const size = this.call(area, block.count, address, pageOffset, block.pcWidth, linkable ? 1 : 0);
    if (size === T.TOO_MANY_TEMPORARIES) throw new BlockTooLarge("a block needs too many temporaries");
    return size;
  }
}

function describeHelpers(view: DataView, helpers: readonly HelperDef[]): void {
  let ranges = 0;
  for (const [id, { shape, pure, writes }] of helpers.entries()) {
    const at = T.HELPERS + 4 * id;
    const all = writes === "all";
    const own = all ? [] : writes;
    view.setUint8(
      at,
      (shape === "vec" ? T.HF_VEC : shape === "vecint" ? T.HF_VECINT : 0) |
        (pure ? T.HF_PURE : 0) |
        (all ? T.HF_WRITES_ALL : 0),
    );
    view.setUint8(at + 1, own.length);
    view.setUint16(at + 2, ranges, true);
    for (const [from, to] of own) {
      view.setUint16(T.HELPER_RANGES + 4 * ranges, from, true);
      view.setUint16(T.HELPER_RANGES + 4 * ranges + 2, to, true);
      ranges++;
    }
  }
  if (helpers.length > T.HELPERS_MAX || ranges > T.HELPER_RANGES_MAX) throw new Error("too many helpers for tier 0");
}
