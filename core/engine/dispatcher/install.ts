// A new block, or the code range of a new region, enters the code map.

import {
  B_BYTES,
  B_COUNT,
  B_EPOCH,
  B_FLAGS,
  B_FLAG_SPAN,
  B_LINK0,
  B_LINK1,
  B_PAGE2,
  B_PAGE2_NEXT,
  B_PAGE_NEXT,
  B_PHYS,
  B_REGION,
  B_TAKEN,
  B_TARGETS,
  B_TARGET_COUNT,
  B_VALID,
} from "../../../src/layout/block";
import { E_LINK_EPOCH, E_PAGE_BLOCKS } from "../../../src/layout/engine";
import { codeBits, granules, setCodeBits } from "../codemap/granules";
import { linkHash } from "../codemap/hash";
import { physHost, ramHost, ramPage } from "../physical";
import { protectPage } from "../softmmu/tlb";
import { engine } from "../state";

/** Marks granules of a RAM page as code and takes away fast stores to it. */
function mark(page: i32, bits: u64): void {
  const old = codeBits(page);
  if (old == 0) protectPage(ramHost(page));
  setCodeBits(page, old | bits);
}

/** Enters a block (or span: flags given) whose header's phys, mode, insns, bytes, size and page2 are filled in. */
export function installBlock(block: i32, flags: i32): void {
  store<i32>(block + B_FLAGS, flags);
  store<i32>(block + B_VALID, 1);
  if (!(flags & B_FLAG_SPAN)) {
    store<i32>(block + B_REGION, 0);
    store<i32>(block + B_COUNT, 0);
    store<i32>(block + B_TAKEN, 0);
    store<i32>(block + B_LINK0, 0);
    store<i32>(block + B_LINK1, 0);
    memory.fill(block + B_TARGETS, 0, B_TARGET_COUNT << 3);
    store<i32>(block + B_EPOCH, engine(E_LINK_EPOCH));
    linkHash(block);
  }
  const phys = load<u64>(block + B_PHYS);
  const host = physHost(phys);
  const page = host ? ramPage(host) : -1;
  const start = <i32>phys & 0xfff;
  const end = start + load<i32>(block + B_BYTES);
  const second = load<i32>(block + B_PAGE2);
  const page2 = second >= 0 && end > 4096 ? ramPage(second << 12) : -1;
  store<i32>(block + B_PAGE_NEXT, 0);
  store<i32>(block + B_PAGE2_NEXT, 0);
  if (page >= 0) {
    // Where a page follows itself its list has the block once, as that of a second page has.
    if (page != page2) link(page, block, B_PAGE_NEXT);
    mark(page, granules(start, end > 4096 ? 4096 : end));
  }
  if (page2 >= 0) {
    link(page2, block, B_PAGE2_NEXT);
    mark(page2, granules(0, end - 4096));
  }
}

/** Puts a block at the head of the list of RAM page `page`, by its field `next`. */
function link(page: i32, block: i32, next: i32): void {
  const slot = engine(E_PAGE_BLOCKS) + (page << 2);
  store<i32>(block + next, load<i32>(slot));
  store<i32>(slot, block);
}
