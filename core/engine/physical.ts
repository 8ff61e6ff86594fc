// Guest-physical addresses to host addresses and back, by the table of ranges (src/layout/, E_RANGES). Host addresses are
// unsigned: they stand in an i32, as Wasm's do, and from 2 GiB on that is negative.

import {
  E_RAM_BASE,
  E_RAM_SIZE,
  E_RANGES,
  E_RANGES_END,
  RANGE_DEVICE_WRITES,
  RANGE_FLAGS,
  RANGE_HOST,
  RANGE_PAGE,
  RANGE_PAGES,
  RANGE_READONLY,
  RANGE_STRIDE,
} from "../../src/layout/engine";
import { ENGINE } from "../../src/layout/memory";
import { engine } from "./state";

/** The range that a guest-physical address lies in, 0: there is no memory. */
// @ts-ignore: decorator
@inline export function rangeOf(pa: u64): i32 {
  const page = pa >> 12;
  const end = engine(E_RANGES_END);
  for (let range = ENGINE + E_RANGES; range < end; range += RANGE_STRIDE) {
    if (page - load<u32>(range + RANGE_PAGE) < load<u32>(range + RANGE_PAGES)) return range;
  }
  return 0;
}

/** Host address of a guest-physical address that lies in `range`. */
// @ts-ignore: decorator
@inline export function hostIn(range: i32, pa: u64): i32 {
  return load<i32>(range + RANGE_HOST) + (<i32>pa - (load<i32>(range + RANGE_PAGE) << 12));
}

// @ts-ignore: decorator
@inline export function isReadOnly(range: i32): bool {
  return (load<i32>(range + RANGE_FLAGS) & RANGE_READONLY) != 0;
}

/** Host address of a guest-physical address for reading; 0 where there is no memory (MMIO or nothing). */
export function physHost(pa: u64): i32 {
  const range = rangeOf(pa);
  return range ? hostIn(range, pa) : 0;
}

/** Same for writing: 0 also for read-only memory. */
export function physHostWrite(pa: u64): i32 {
  const range = rangeOf(pa);
  return range && !isReadOnly(range) ? hostIn(range, pa) : 0;
}

/** True where the address is memory that cannot be written, by way of a device either: writes are dropped. */
export function isRom(pa: u64): bool {
  const range = rangeOf(pa);
  return range != 0 && (load<i32>(range + RANGE_FLAGS) & (RANGE_READONLY | RANGE_DEVICE_WRITES)) == RANGE_READONLY;
}

/** Guest-physical address of a host address of memory: the first range that shows it. */
export function physOf(host: i32): u64 {
  const end = engine(E_RANGES_END);
  for (let range = ENGINE + E_RANGES; range < end; range += RANGE_STRIDE) {
    const offset = <u32>(host - load<i32>(range + RANGE_HOST));
    if (offset >> 12 < load<u32>(range + RANGE_PAGES)) return ((<u64>load<u32>(range + RANGE_PAGE)) << 12) + offset;
  }
  return 0;
}

/** Index of the page of RAM that holds a host address, whatever the guest sees it as; -1 outside RAM. */
// @ts-ignore: decorator
@inline export function ramPage(host: i32): i32 {
  const offset = <u32>(host - engine(E_RAM_BASE));
  return offset < <u32>engine(E_RAM_SIZE) ? <i32>(offset >> 12) : -1;
}

/** Host address of a page of RAM by its index. */
// @ts-ignore: decorator
@inline export function ramHost(page: i32): i32 {
  return engine(E_RAM_BASE) + (page << 12);
}

/** Guest-physical loads for page walks and the like; nothing there reads as all ones. */
export function loadPhys32(pa: u64): u32 {
  const host = physHost(pa);
  return host ? load<u32>(host) : 0xffffffff;
}

export function loadPhys64(pa: u64): u64 {
  const host = physHost(pa);
  return host ? load<u64>(host) : 0xffffffffffffffff;
}
