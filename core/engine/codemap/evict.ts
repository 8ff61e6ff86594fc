// Room for new code: a range of the arena is evicted, or everything.

import { B_HASH_NEXT, B_HEADER, B_SIZE, B_VALID } from "../../../src/layout/block";
import { E_HASH, E_HASH_MASK, E_PAGE_BLOCKS, E_RAM_SIZE } from "../../../src/layout/engine";
import { ramHost } from "../physical";
import { engine } from "../state";
import { clearJumpCaches } from "./epochs";
import { dropBlock, invalidateCode } from "./invalidate";
import { unlinkPages } from "./pages";

/** Drops all blocks in the arena range [from, to), which is a sequence of headers and their code, and takes them out of all lists. */
export function evict(from: i32, to: i32): void {
  for (let block = from; block < to; block += B_HEADER + load<i32>(block + B_SIZE)) {
    const valid = load<i32>(block + B_VALID);
    unlinkPages(block);
    if (valid) dropBlock(block);
  }
  clearJumpCaches();
}

/** Drops all blocks and code ranges, before the physical map changes: afterwards their addresses would lead to other pages' lists, and to
 *  other code. */
export function forgetCode(): void {
  const lists = engine(E_PAGE_BLOCKS);
  const pages = <i32>(<u32>engine(E_RAM_SIZE) >> 12);
  for (let page = 0; page < pages; page++) {
    const slot = lists + (page << 2);
    if (load<i32>(slot) == 0) continue;
    invalidateCode(ramHost(page), 4096);
  }
  // What lies in ROM is in no page's list.
  const end = engine(E_HASH) + ((engine(E_HASH_MASK) + 1) << 2);
  for (let slot = engine(E_HASH); slot < end; slot += 4) {
    for (let block = load<i32>(slot); block != 0; block = load<i32>(slot)) {
      if (load<i32>(block + B_VALID)) dropBlock(block);
      else store<i32>(slot, load<i32>(block + B_HASH_NEXT));
    }
  }
  clearJumpCaches();
}

/** Takes the code range of a region that has ended out of its pages' lists. No other list has it: code ranges are neither looked up nor
 *  linked to. */
export function removeSpan(span: i32): void {
  unlinkPages(span);
  store<i32>(span + B_VALID, 0);
}
