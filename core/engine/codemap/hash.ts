// Blocks by physical address and CPU mode.

import { B_HASH_NEXT, B_MODE, B_PAGE2, B_PHYS } from "../../../src/layout/block";
import { E_HASH, E_HASH_MASK } from "../../../src/layout/engine";
import { engine } from "../state";

/** Bucket of a block in the hash table. */
// @ts-ignore: decorator
@inline export function hashSlot(phys: u64, mode: i32): i32 {
  const h = <u32>phys ^ <u32>(phys >> 14) ^ ((<u32>mode * 0x9e3779b1) >> 12);
  return engine(E_HASH) + ((h & engine(E_HASH_MASK)) << 2);
}

/** Enters a block into its bucket. */
export function linkHash(block: i32): void {
  const slot = hashSlot(load<u64>(block + B_PHYS), load<i32>(block + B_MODE));
  store<i32>(block + B_HASH_NEXT, load<i32>(slot));
  store<i32>(slot, block);
}

/** Takes a block out of its bucket. */
// @ts-ignore: decorator
@inline export function unlinkHash(block: i32): void {
  let slot = hashSlot(load<u64>(block + B_PHYS), load<i32>(block + B_MODE));
  for (let at = load<i32>(slot); at != 0; at = load<i32>(slot)) {
    if (at == block) {
      store<i32>(slot, load<i32>(block + B_HASH_NEXT));
      break;
    }
    slot = at + B_HASH_NEXT;
  }
}

/** Block in the hash by physical address, mode and host page number of the second page (-1: none). */
export function search(phys: u64, mode: i32, page2: i32): i32 {
  for (let block = load<i32>(hashSlot(phys, mode)); block != 0; block = load<i32>(block + B_HASH_NEXT)) {
    if (load<u64>(block + B_PHYS) == phys && load<i32>(block + B_MODE) == mode && load<i32>(block + B_PAGE2) == page2)
      return block;
  }
  return 0;
}
