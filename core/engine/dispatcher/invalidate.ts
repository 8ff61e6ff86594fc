// Dropping translated code: self-modifying code, DMA, eviction.

import {
  B_BYTES, B_FLAGS, B_FLAG_SPAN, B_HASH_NEXT, B_MODE, B_PAGE2, B_PAGE2_NEXT, B_PAGE_NEXT, B_PHYS, B_REGION, B_VALID,
} from "../../../src/layout/block";
import {
  E_CODE_BITS, E_DEAD_REGIONS, E_HASH, E_HASH_MASK, E_LINK_EPOCH, E_PAGE_BLOCKS, E_PAGE_STORES, STAT_SMC,
} from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { R_NEXT, R_VALID } from "../../../src/layout/region";
import { CODE_PAGE_STORES } from "../../../src/tuning/engine";
import { count, engine } from "../state";
import { ramHost, ramPage } from "../softmmu/physical";
import { forgetRegions } from "../softmmu/tlb";

/** Bucket of a block in the hash table. */
// @ts-ignore: decorator
@inline export function hashSlot(phys: u64, mode: i32): i32 {
  const h = <u32>phys ^ (<u32>(phys >> 14)) ^ (<u32>mode * 0x9e3779b1 >> 12);
  return engine(E_HASH) + ((h & engine(E_HASH_MASK)) << 2);
}

/** Whether RAM page `page` is the second page of a page-crossing `block`. */
export function isSecondPage(block: i32, page: i32): bool {
  const second = load<i32>(block + B_PAGE2);
  return second >= 0 && ramPage(second << 12) == page;
}

/** Next block after `block` in the list of RAM page `page`. */
function nextInPage(block: i32, page: i32): i32 {
  return isSecondPage(block, page) ? load<i32>(block + B_PAGE2_NEXT) : load<i32>(block + B_PAGE_NEXT);
}

/** Takes a block out of the hash and marks it dead; dropping a span kills its region. Page lists are cleaned by the callers. */
export function dropBlock(block: i32): void {
  if (load<i32>(block + B_VALID) == 0) return;
  store<i32>(block + B_VALID, 0);
  if (load<i32>(block + B_FLAGS) & B_FLAG_SPAN) {
    for (let entry = load<i32>(block + B_REGION); entry != 0; entry = load<i32>(entry + R_NEXT)) store<i32>(entry + R_VALID, 0);
    store<i32>(ENGINE + E_DEAD_REGIONS, load<i32>(ENGINE + E_DEAD_REGIONS) + 1);
    forgetRegions();
    return;
  }
  let slot = hashSlot(load<u64>(block + B_PHYS), load<i32>(block + B_MODE));
  for (let at = load<i32>(slot); at != 0; at = load<i32>(slot)) {
    if (at == block) {
      store<i32>(slot, load<i32>(block + B_HASH_NEXT));
      break;
    }
    slot = at + B_HASH_NEXT;
  }
  store<i32>(ENGINE + E_LINK_EPOCH, load<i32>(ENGINE + E_LINK_EPOCH) + 1);
}

/** Drops every block that overlaps [host, host+bytes), which lies in one RAM page. */
export function invalidateCode(host: i32, bytes: i32): void {
  count(STAT_SMC);
  const page = ramPage(host);
  const from = host & 0xfff;
  const to = from + bytes;
  let slot = engine(E_PAGE_BLOCKS) + (page << 2);
  let bits: u64 = 0;
  let block = load<i32>(slot);
  store<i32>(slot, 0);
  let kept = 0;
  while (block != 0) {
    const next = nextInPage(block, page);
    if (load<i32>(block + B_VALID)) {
      const second = isSecondPage(block, page);
      let start = <i32>load<u64>(block + B_PHYS) & 0xfff;
      let end = start + load<i32>(block + B_BYTES);
      if (second) {
        end -= 4096;
        start = 0;
      } else if (end > 4096) end = 4096;
      if (start < to && end > from) {
        dropBlock(block);
      } else {
        if (second) store<i32>(block + B_PAGE2_NEXT, kept);
        else store<i32>(block + B_PAGE_NEXT, kept);
        kept = block;
        bits |= granules(start, end);
      }
    }
    block = next;
  }
  store<i32>(slot, kept);
  store<u64>(engine(E_CODE_BITS) + (page << 3), bits);
}

/** A store beside the code of a RAM page. Code that is left over in a page used for something else now makes all stores to it slow, so
 *  after some of them the page's code goes. A page that does hold both gets it back, and more patience every time. False: it is to go,
 *  and the store has to be executed in a block of its own (`alone`), for the code that runs may be some of it: nothing would notice
 *  any longer what is stored to that. */
export function storedBeside(page: i32, alone: i32): bool {
  const at = engine(E_PAGE_STORES) + (page << 2);
  // Bits 31 to 24: how often the code has gone; the others: stores since.
  const stores = load<i32>(at) + 1;
  const times = stores >>> 24;
  store<i32>(at, stores);
  if ((stores & 0xffffff) < CODE_PAGE_STORES << (times << 1)) return true;
  if (!alone) return false;
  store<i32>(at, min(times + 1, 6) << 24);
  invalidateCode(ramHost(page), 4096);
  return true;
}

/** Bit mask of the 64-byte granules of [start, end) within a page. */
export function granules(start: i32, end: i32): u64 {
  const first = start >> 6;
  const last = (end - 1) >> 6;
  return (0xffffffffffffffff << first) & (0xffffffffffffffff >> (63 - last));
}
