// Blocks whose accesses lie in two pages, for example those to a stack frame across the end of a page. With a shared TLB check they
// would leave the region every time, so each access is checked for itself there.

import { RETHINK_REMEMBERED } from "../../tuning/engine.js";
import { remember } from "./remember.js";

export class PageCrossings {
  /** Guest-physical addresses of instructions by page. */
  private readonly byPage = new Map<number, Set<number>>();

  has(phys: number): boolean {
    return this.byPage.get(pageOf(phys))?.has(phys) ?? false;
  }

  add(phys: number): void {
    const page = pageOf(phys);
    const known = this.byPage.get(page) ?? new Set();
    remember(this.byPage, page, known.add(phys), RETHINK_REMEMBERED);
  }

  /** Whether there is one among `bytes` of code in one page. */
  within(phys: number, bytes: number): boolean {
    const known = this.byPage.get(pageOf(phys));
    if (!known) return false;
    for (const at of known) if (at >= phys && at < phys + bytes) return true;
    return false;
  }
}

function pageOf(phys: number): number {
  return Math.floor(phys / 4096);
}
