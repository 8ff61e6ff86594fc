// Stores to a page with code that overwrite none of it: such code is often left over from another use of the page.

import { E_PAGE_STORES } from "../../../src/layout/engine";
import { CODE_PAGE_STORES } from "../../../src/tuning/engine";
import { ramHost } from "../physical";
import { engine } from "../state";
import { invalidateCode } from "./invalidate";

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
