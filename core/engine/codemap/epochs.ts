// What is cached by address of code, and when it ends: the jump cache, and the region cache with its epochs.

import {
  E_GLOBAL_EPOCH, E_JUMP_CACHE, E_JUMP_MASK, E_REGION_CACHE, E_REGION_CACHE_MASK, E_REGION_EPOCH,
} from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { JC_STRIDE, RC_STRIDE } from "../../../src/layout/region";
import { engine } from "../state";

/** The jump cache goes by host address, so that only what gives an address other code empties it: eviction, the memory map. */
export function clearJumpCache(): void {
  memory.fill(engine(E_JUMP_CACHE), 0, (engine(E_JUMP_MASK) + 1) * JC_STRIDE);
  forgetRegions();
}

/** The region cache goes by virtual address. */
export function forgetRegions(): void {
  forgetLocalRegions();
  store<i32>(ENGINE + E_GLOBAL_EPOCH, engine(E_GLOBAL_EPOCH) + 2);
}

/** What the region cache has of pages that are not global. */
export function forgetLocalRegions(): void {
  const epoch = engine(E_REGION_EPOCH) + 2;
  store<i32>(ENGINE + E_REGION_EPOCH, epoch);
  // The numbers begin anew. Between two equal ones, of either kind, that happens once at least.
  if (epoch == 0) memory.fill(engine(E_REGION_CACHE), 0xff, (engine(E_REGION_CACHE_MASK) + 1) * RC_STRIDE);
}
