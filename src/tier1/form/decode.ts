// Translates the blocks of regions, again where more is known at their start than tier 0 knew.

import type { Frontend, TranslateResult } from "../../arch/frontend.js";
import type { IrBlock } from "../../ir/block.js";
import { HINT_JUMP, Op } from "../../ir/ops.js";

/** Where it is known what comes behind a helper that may change anything a region goes on. */
function goOn(ir: IrBlock): void {
  const last = ir.count - 1;
  if (ir.op[last] !== Op.EXIT || ir.b[last] !== 1) return;
  ir.op[last] = Op.GOTO;
  ir.b[last] = HINT_JUMP;
}

export class BlockDecoder {
  private readonly request = { mode: 0, maxInsns: 0, pageBytes: 0, secondPage: false, entry: 0 };

  constructor(private readonly frontend: Frontend) {}

  /** The block of `insns` instructions at a guest-physical address to `ir`; `crossing`: `code` goes on into a second page. */
  decode(
    ir: IrBlock,
    code: Uint8Array,
    phys: number,
    crossing: boolean,
    insns: number,
    mode: number,
    entry: number,
  ): TranslateResult {
    const { request } = this;
    request.mode = mode;
    request.maxInsns = insns;
    request.pageBytes = 4096 - (phys % 4096);
    request.secondPage = crossing;
    request.entry = entry;
    const result = this.frontend.translate(ir, code, request);
    goOn(ir);
    return result;
  }
}
