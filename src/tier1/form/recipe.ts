// A chosen region as two arrays that are cheap to send to another thread: what was chosen, and the guest code, which is
// translated again where it arrives.
//
// numbers: mode, record; pages; entries; blocks (each list after its length)
//   page   host address
//   block  physical address, displacement, weight, page, second page and its physical address (-1: none), instructions,
//          bytes of code, whether accesses cross pages (1), then its targets: displacement, block

import { IrBlock } from "../../ir/block.js";
import type { BlockDecoder } from "./decode.js";
import type { Draft, DraftBlock, Target } from "./region.js";

export interface Recipe {
  readonly numbers: Float64Array;
  readonly code: Uint8Array;
}

export function packRecipe({ mode, record, pages, entries, blocks }: Draft): Recipe {
  const numbers: number[] = [mode, record, pages.length];
  for (const { host } of pages) numbers.push(host);
  numbers.push(entries.length, ...entries, blocks.length);
  const pieces = blocks.map(({ ir, code }) => code.subarray(0, ir.bytes));
  const code = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  blocks.forEach((block, k) => {
    const { phys, disp, weight, page, page2 = -1, phys2 = -1, crossingAccesses, ir, targets } = block;
    const piece = pieces[k]!;
    code.set(piece, at);
    at += piece.length;
    numbers.push(
      phys,
      disp,
      weight,
      page,
      page2,
      phys2,
      ir.insns,
      piece.length,
      crossingAccesses ? 1 : 0,
      targets.length,
    );
    for (const target of targets) numbers.push(target.disp, target.block);
  });
  return { numbers: Float64Array.from(numbers), code };
}

/** IR for the blocks of one region at a time. */
export class RecipeReader {
  private readonly pool: IrBlock[] = [];

  constructor(private readonly decoder: BlockDecoder) {}

  /** Its IR is valid until the next call. */
  read({ numbers, code }: Recipe): Draft {
    let at = 0;
    let from = 0;
    const next = (): number => numbers[at++]!;
    const list = <T>(item: (k: number) => T): T[] => Array.from({ length: next() }, (_, k) => item(k));
    const mode = next();
    const record = next();
    const pages = list(() => ({ host: next() }));
    const entries = list(next);
    const blocks = list((k): DraftBlock => {
      const [phys, disp, weight, page, page2, phys2, insns, length, crossingAccesses] = [
        next(),
        next(),
        next(),
        next(),
        next(),
        next(),
        next(),
        next(),
        next(),
      ];
      const targets = list((): Target => ({ disp: next(), block: next() }));
      const bytes = code.subarray(from, from + length);
      from += length;
      let ir = this.pool[k];
      if (!ir) {
        ir = new IrBlock();
        this.pool.push(ir);
      }
      const { context } = this.decoder.decode(ir, bytes, phys, page2 >= 0, insns, mode, 0);
      const block = {
        ir,
        code: bytes,
        phys,
        disp,
        weight,
        page,
        crossingAccesses: crossingAccesses === 1,
        targets,
        entry: 0,
        context,
      };
      return page2 < 0 ? block : { ...block, page2, phys2 };
    });
    return { mode, record, pages, entries, blocks };
  }
}
