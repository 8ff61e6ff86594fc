// Compare and exchange of 16 bytes, for guests' helpers. No host has an atomic access of that width: in memory a lock keeps other
// exchanges of 16 bytes away. It does not hold off other CPUs' narrower stores; nothing does while CPUs run in turns.

import { E_WIDE_LOCK } from "../../../src/layout/engine";
import { ENGINE } from "../../../src/layout/memory";
import { S_FAULT, S_WIDE } from "../../../src/layout/vcpu";
import { hostWrite, ld64, probeWrite, st64 } from "./access";

/**
 * True where the 16 bytes at `va`, a multiple of 16, were as expected and are the others now. What they were is in S_WIDE. Where they may
 * not be written nothing is done, and S_FAULT is set; a device sees a write in any case.
 */
export function compareExchange128(
  cpu: i32,
  va: u64,
  expectedLow: u64,
  expectedHigh: u64,
  low: u64,
  high: u64,
  mmu: i32,
): bool {
  const host = hostWrite(cpu, va, 16, mmu);
  if (host) return exchange(cpu, host, expectedLow, expectedHigh, low, high);
  if (!probeWrite(cpu, va, 16, mmu)) return false;
  const oldLow = ld64(cpu, va, mmu);
  if (load<i32>(cpu + S_FAULT)) return false;
  const oldHigh = ld64(cpu, va + 8, mmu);
  if (load<i32>(cpu + S_FAULT)) return false;
  const equal = oldLow == expectedLow && oldHigh == expectedHigh;
  st64(cpu, va, equal ? low : oldLow, mmu);
  if (load<i32>(cpu + S_FAULT)) return false;
  st64(cpu, va + 8, equal ? high : oldHigh, mmu);
  if (load<i32>(cpu + S_FAULT)) return false;
  store<u64>(cpu + S_WIDE, oldLow);
  store<u64>(cpu + S_WIDE, oldHigh, 8);
  return equal;
}

function exchange(cpu: i32, host: i32, expectedLow: u64, expectedHigh: u64, low: u64, high: u64): bool {
  while (atomic.cmpxchg<i32>(ENGINE + E_WIDE_LOCK, 0, 1) != 0) {}
  const oldLow = atomic.load<u64>(host);
  const oldHigh = atomic.load<u64>(host, 8);
  const equal = oldLow == expectedLow && oldHigh == expectedHigh;
  if (equal) {
    atomic.store<u64>(host, low);
    atomic.store<u64>(host, high, 8);
  }
  atomic.store<i32>(ENGINE + E_WIDE_LOCK, 0);
  store<u64>(cpu + S_WIDE, oldLow);
  store<u64>(cpu + S_WIDE, oldHigh, 8);
  return equal;
}
