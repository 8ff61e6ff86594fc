// Stores to a page with code that overwrite none of it. The code is often left over from another use of the page.

import { E_PAGE_STORES } from "../../../src/layout/engine";
import { CODE_PAGE_STORES } from "../../../src/tuning/engine";
import { ramHost } from "../physical";
import { engine } from "../state";
import { invalidateCode } from "./invalidate";

/** A store beside the code of a RAM page. Left-over code makes all stores to its page slow, so after CODE_PAGE_STORES of them all code of
 *  the page is dropped. A page that holds both is translated again, and four times as many stores are allowed then. False: the code has
 *  to go, but the store must run in a block of its own first (`alone`): the running code may be part of it, and nothing would notice
 *  stores to it any longer. */
export function storedBeside(page: i32, alone: i32): bool {
  const at = engine(E_PAGE_STORES) + (page << 2);
  // Bits 31 to 24: how often the code was dropped; the others: stores since.
  const stores = load<i32>(at) + 1;
  const times = stores >>> 24;
  store<i32>(at, stores);
  if ((stores & 0xffffff) < CODE_PAGE_STORES << (times << 1)) return true;
  if (!alone) return false;
  store<i32>(at, min(times + 1, 6) << 24);
  invalidateCode(ramHost(page), 4096);
  return true;
}
