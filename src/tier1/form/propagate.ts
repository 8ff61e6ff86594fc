// Context of the blocks of a region: each is translated again with what all its predecessors know at their end, until nothing changes.

import type { IrBlock } from "../../ir/block.js";
import { Op } from "../../ir/ops.js";
import type { BlockDecoder } from "./decode.js";
import type { Draft, DraftBlock } from "./region.js";

/** Translates blocks again with what all their predecessors agree on. */
export function propagate(draft: Draft, decoder: BlockDecoder): void {
  const { blocks, entries, mode } = draft;
  const preds: number[][] = blocks.map(() => []);
  blocks.forEach((block, k) => {
    for (const t of block.targets) if (t.block >= 0) preds[t.block]!.push(k);
  });
  // 1: assumes nothing.
  const pinned = new Uint8Array(blocks.length);
  for (const e of entries) pinned[e] = 1;
  const agreed = (k: number): number => {
    if (preds[k]!.length === 0) return 0;
    const first = blocks[preds[k]![0]!]!.context;
    return preds[k]!.every((p) => blocks[p]!.context === first) ? first : 0;
  };
  const settle = () => {
    for (let round = 0, changed = true; changed; round++) {
      changed = false;
      for (let k = 0; k < blocks.length; k++) {
        const block = blocks[k]!;
        let entry = pinned[k] ? 0 : agreed(k);
        if (entry === block.entry) continue;
        // A block whose assumption did not last stays without one, so this ends.
        if (round > 2 || block.entry !== 0) {
          pinned[k] = 1;
          entry = 0;
        }
        assume(block, entry, mode, decoder);
        changed = true;
      }
    }
  };
  settle();
  // If assuming the context removes a helper call from this entry block, keep the assumption and check it at the region entry (a
  // mismatch goes to tier 0).
  for (const k of entries) {
    const block = blocks[k]!;
    const entry = agreed(k);
    if (entry === 0) continue;
    const before = calls(block.ir);
    assume(block, entry, mode, decoder);
    if (calls(block.ir) < before) pinned[k] = 0;
    else assume(block, 0, mode, decoder);
  }
  settle();
}

/** Translates a block again with the context of its start. Its successors are settled by now, so a context that would leave a decided
 *  branch open is not assumed. */
function assume(block: DraftBlock, entry: number, mode: number, decoder: BlockDecoder): void {
  translate(block, entry, mode, decoder);
  if (block.ir.op[block.ir.count - 1] === Op.BRANCH && block.targets.length < 2) translate(block, 0, mode, decoder);
}

function translate(block: DraftBlock, entry: number, mode: number, decoder: BlockDecoder): void {
  const { ir, code, phys, phys2 } = block;
  block.context = decoder.decode(ir, code, phys, phys2 !== undefined, ir.insns, mode, entry).context;
  block.entry = entry;
}

function calls(ir: IrBlock): number {
  let n = 0;
  for (let i = 0; i < ir.count; i++) if (ir.op[i] === Op.CALL) n++;
  return n;
}
