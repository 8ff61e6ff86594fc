// Dropping translated code: self-modifying code, DMA, eviction.

import {
  B_BYTES,
  B_FLAGS,
  B_FLAG_SPAN,
  B_PAGE2_NEXT,
  B_PAGE_NEXT,
  B_PHYS,
  B_REGION,
  B_VALID,
} from "../../../src/layout/block";
import { E_DEAD_REGIONS, E_INVALIDATIONS, E_LINK_EPOCH, E_PAGE_BLOCKS } from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { R_NEXT, R_VALID } from "../../../src/layout/region";
import { ramPage } from "../physical";
import { engine } from "../state";
import { forgetRegions } from "./epochs";
import { granules, setCodeBits } from "./granules";
import { unlinkHash } from "./hash";
import { isFirstPage, isSecondPage, nextInPage } from "./pages";

/** Takes a block out of the hash and marks it dead; dropping a span kills its region. Page lists are cleaned by the callers. */
export function dropBlock(block: i32): void {
  if (load<i32>(block + B_VALID) == 0) return;
  store<i32>(block + B_VALID, 0);
  if (load<i32>(block + B_FLAGS) & B_FLAG_SPAN) {
    for (let entry = load<i32>(block + B_REGION); entry != 0; entry = load<i32>(entry + R_NEXT))
      store<i32>(entry + R_VALID, 0);
    store<i32>(ENGINE + E_DEAD_REGIONS, load<i32>(ENGINE + E_DEAD_REGIONS) + 1);
    forgetRegions();
    return;
  }
  unlinkHash(block);
  store<i32>(ENGINE + E_LINK_EPOCH, load<i32>(ENGINE + E_LINK_EPOCH) + 1);
}

/** Drops every block that overlaps [host, host+bytes), which lies in one RAM page. */
export function invalidateCode(host: i32, bytes: i32): void {
  store<i32>(ENGINE + E_INVALIDATIONS, engine(E_INVALIDATIONS) + 1);
  const page = ramPage(host);
  const from = host & 0xfff;
  const to = from + bytes;
  const slot = engine(E_PAGE_BLOCKS) + (page << 2);
  let bits: u64 = 0;
  let block = load<i32>(slot);
  store<i32>(slot, 0);
  let kept = 0;
  while (block != 0) {
    const next = nextInPage(block, page);
    if (load<i32>(block + B_VALID)) {
      const second = isSecondPage(block, page);
      const first = isFirstPage(block, page);
      const start = <i32>load<u64>(block + B_PHYS) & 0xfff;
      const end = start + load<i32>(block + B_BYTES);
      if ((first && start < to && end > from) || (second && end - 4096 > from)) {
        dropBlock(block);
      } else {
        if (second) store<i32>(block + B_PAGE2_NEXT, kept);
        else store<i32>(block + B_PAGE_NEXT, kept);
        kept = block;
        if (first) bits |= granules(start, end > 4096 ? 4096 : end);
        if (second) bits |= granules(0, end - 4096);
      }
    }
    block = next;
  }
  store<i32>(slot, kept);
  setCodeBits(page, bits);
}
