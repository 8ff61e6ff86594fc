// What each CPU has cached by address of code, and when it ends: the jump cache, and the region cache with its epochs.

import { E_CPU_SIZE, E_CPUS, E_CPUS_END } from "../../../src/layout/engine";
import { JC_STRIDE, RC_STRIDE } from "../../../src/layout/region";
import { S_GLOBAL_EPOCH, S_JUMP_CACHE, S_REGION_CACHE, S_REGION_EPOCH } from "../../../src/layout/vcpu";
import { JUMP_CACHE_BITS, REGION_CACHE_BITS } from "../../../src/tuning/engine";
import { engine } from "../state";

/** Empties the jump caches of all CPUs. Their key is the host address, so only eviction and a new memory map need this: they give an
 *  address other code. */
export function clearJumpCaches(): void {
  for (let cpu = engine(E_CPUS); cpu != engine(E_CPUS_END); cpu += engine(E_CPU_SIZE)) clearJumpCache(cpu);
}

export function clearJumpCache(cpu: i32): void {
  memory.fill(cpu + S_JUMP_CACHE, 0, JC_STRIDE << JUMP_CACHE_BITS);
  forgetRegionsOf(cpu);
}

/** Empties the region caches of all CPUs: a region has ended. */
export function forgetRegions(): void {
  for (let cpu = engine(E_CPUS); cpu != engine(E_CPUS_END); cpu += engine(E_CPU_SIZE)) forgetRegionsOf(cpu);
}

/** Empties the region cache of one CPU, which goes by virtual address. */
export function forgetRegionsOf(cpu: i32): void {
  forgetLocalRegions(cpu);
  store<i32>(cpu + S_GLOBAL_EPOCH, load<i32>(cpu + S_GLOBAL_EPOCH) + 2);
}

/** Drops the entries of the region cache for code in non-global pages. */
export function forgetLocalRegions(cpu: i32): void {
  const epoch = load<i32>(cpu + S_REGION_EPOCH) + 2;
  store<i32>(cpu + S_REGION_EPOCH, epoch);
  // The number wraps around, and the cache is emptied at least once between two equal numbers.
  if (epoch == 0) memory.fill(cpu + S_REGION_CACHE, 0xff, RC_STRIDE << REGION_CACHE_BITS);
}
