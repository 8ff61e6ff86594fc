// What is looked at before control goes to another block of the region: is it still where it was, is there something else to do first?

import { R_VALID } from "../../layout/region.js";
import { S_ATTENTION, S_MODE, S_STOP } from "../../layout/vcpu.js";
import type { Region, Target } from "../form/region.js";
import type { Code } from "./code.js";
import type { FunctionContext } from "./emit-context.js";
import { EXIT_DISPLACEMENT } from "./frame.js";
import { W } from "./opcodes.js";
import type { Flow } from "./structure.js";

/** Pages beyond the bits of the mask are checked each time. */
export const PAGE_BITS = 32;

export class Guards {
  private readonly code: Code;

  constructor(
    private readonly f: FunctionContext,
    private readonly region: Region,
    private readonly flow: Flow,
  ) {
    this.code = f.code;
  }

  /** Pages block k has code in. */
  private pagesOf(k: number): number[] {
    const { page, page2 } = this.region.blocks[k]!;
    return page2 === undefined ? [page] : [page, page2];
  }

  needed(k: number, target: Target): boolean {
    return target.block >= 0 && this.pagesOf(target.block).some((page) => !this.pagesOf(k).includes(page));
  }

  /** A helper that may do anything has run: leave if the dispatcher has something to do. */
  system(target: Target): void {
    const { code, flow } = this;
    code.integer(target.disp);
    code.get(this.f.cpu);
    code.mem(W.i32_load, S_ATTENTION, 2);
    code.get(this.f.cpu);
    code.mem(W.i32_load, S_STOP, 2);
    code.op(W.i32_or);
    code.get(this.f.cpu);
    code.mem(W.i32_load, S_MODE, 2);
    code.i32(this.f.mode);
    code.op(W.i32_xor);
    code.op(W.i32_or);
    if (this.region.record !== 0) {
      code.i32(this.region.record);
      code.mem(W.i32_load, R_VALID, 2);
      code.op(W.i32_eqz);
      code.op(W.i32_or);
    }
    code.brHinted(flow.depth + EXIT_DISPLACEMENT, false);
    code.op(W.drop);
  }

  /** Leaves unless the target's pages are mapped where they were when the region was made. */
  pages(target: Target): void {
    const block = this.region.blocks[target.block]!;
    const offset = block.phys % 4096;
    this.page(target, block.page, 0, offset);
    if (block.page2 !== undefined) this.page(target, block.page2, 4096 - offset, 0);
  }

  /** For the page that the target's byte `distance` is in, at `offset`. */
  private page(target: Target, page: number, distance: number, offset: number): void {
    const { code, flow, region } = this;
    const known = page < PAGE_BITS;
    if (known) {
      code.get(this.f.pagesOk);
      code.i32(1 << page);
      code.op(W.i32_and);
      code.op(W.i32_eqz);
      code.begin(W.if_);
      flow.opened();
    }
    code.integer(target.disp);
    code.get(this.f.cpu);
    code.get(this.f.pc);
    code.integer(target.disp + distance);
    code.op(W.i64_add);
    code.i32((region.pages[page]!.host + offset) | 0);
    code.call(`exec.${this.f.mmu}`);
    code.op(W.i32_eqz);
    code.brHinted(flow.depth + EXIT_DISPLACEMENT, false);
    code.op(W.drop);
    if (known) {
      code.get(this.f.pagesOk);
      code.i32(1 << page);
      code.op(W.i32_or);
      code.set(this.f.pagesOk);
      code.end();
      flow.closed();
    }
  }
}
