// Guest-physical addresses to host addresses.

import {
  E_MAP, E_MAP_COUNT, E_RAM_BASE, E_RAM_LOW, E_RAM_SIZE, MAP_READONLY, MAP_STRIDE,
} from "../../src/layout";
import { engine } from "../state";

/** Host address of a guest-physical address for reading; 0 where there is no memory (MMIO or nothing). */
export function physHost(pa: u64): i32 {
  return lookup(pa, false);
}

/** Same for writing: 0 also for read-only memory. */
export function physHostWrite(pa: u64): i32 {
  return lookup(pa, true);
}

/** True where the address is memory that cannot be written (writes are dropped). */
export function isRom(pa: u64): bool {
  return lookup(pa, true) == 0 && lookup(pa, false) != 0;
}

function lookup(pa: u64, write: bool): i32 {
  const page = pa >> 12;
  const low = <u64><u32>engine(E_RAM_LOW);
  if (page < 0x100 || pa >= low) {
    // Below 1 MiB and above low RAM the map decides first.
    const n = engine(E_MAP_COUNT);
    let entry = engine(E_MAP);
    for (let i = 0; i < n; i++, entry += MAP_STRIDE) {
      if (page >= <u64>load<u32>(entry) && page <= <u64>load<u32>(entry + 4)) {
        const host = load<i32>(entry + 8);
        if (host == 0 || (write && (load<i32>(entry + 12) & MAP_READONLY))) return 0;
        return host + <i32>(pa - (<u64>load<u32>(entry) << 12));
      }
    }
  }
  if (pa < low) return engine(E_RAM_BASE) + <i32>pa;
  if (pa >= 0x100000000) {
    const high = pa - 0x100000000 + low;
    if (high < <u64><u32>engine(E_RAM_SIZE)) return engine(E_RAM_BASE) + <i32>high;
  }
  return 0;
}

/** Index of the RAM page that holds a host address, or -1 outside RAM. */
// @ts-ignore: decorator
@inline export function ramPage(host: i32): i32 {
  const offset = <u32>(host - engine(E_RAM_BASE));
  return offset < <u32>engine(E_RAM_SIZE) ? <i32>(offset >> 12) : -1;
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
