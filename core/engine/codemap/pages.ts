// The list of blocks of each RAM page. A block across the end of a page is in two.

import { B_PAGE2, B_PAGE2_NEXT, B_PAGE_NEXT, B_PHYS } from "../../../src/layout/block";
import { E_PAGE_BLOCKS } from "../../../src/layout/engine";
import { physHost, ramPage } from "../physical";
import { engine } from "../state";

/** Whether RAM page `page` is the second page of a page-crossing `block`. */
export function isSecondPage(block: i32, page: i32): bool {
  const second = load<i32>(block + B_PAGE2);
  return second >= 0 && ramPage(second << 12) == page;
}

/** Whether `block`, which is in the list of RAM page `page`, begins in it. Both where two pages of code in a row are one of RAM. */
export function isFirstPage(block: i32, page: i32): bool {
  if (!isSecondPage(block, page)) return true;
  const host = physHost(load<u64>(block + B_PHYS));
  return host != 0 && ramPage(host) == page;
}

/** Next block after `block` in the list of RAM page `page`. */
export function nextInPage(block: i32, page: i32): i32 {
  return isSecondPage(block, page) ? load<i32>(block + B_PAGE2_NEXT) : load<i32>(block + B_PAGE_NEXT);
}

/** Takes a block out of its pages' lists. */
export function unlinkPages(block: i32): void {
  const host = physHost(load<u64>(block + B_PHYS));
  const page = host ? ramPage(host) : -1;
  if (page >= 0) unlinkPage(block, page);
  const second = load<i32>(block + B_PAGE2);
  if (second >= 0) {
    const page2 = ramPage(second << 12);
    if (page2 >= 0) unlinkPage(block, page2);
  }
}

function unlinkPage(block: i32, page: i32): void {
  let slot = engine(E_PAGE_BLOCKS) + (page << 2);
  for (let at = load<i32>(slot); at != 0; ) {
    const field = isSecondPage(at, page) ? at + B_PAGE2_NEXT : at + B_PAGE_NEXT;
    if (at == block) {
      store<i32>(slot, load<i32>(field));
      return;
    }
    slot = field;
    at = load<i32>(field);
  }
}
