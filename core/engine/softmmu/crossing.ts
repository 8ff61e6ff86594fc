// Accesses across the end of a page from generated code: the bytes of both pages are gathered where one access can reach them.

import { STAT_CROSSING, S_CROSSING } from "../../../src/layout/vcpu";
import { count } from "../state";
import { hostRead, hostWrite } from "./access";

/** Host address of a copy of `bytes` (2 to 16) at `va`, which go on into the next page; 0 if they do not, or unless the TLB allows both
 *  pages to be read (`write`: written). */
export function crossing_open(cpu: i32, va: u64, bytes: i32, write: i32, mmu: i32): i32 {
  const first = 4096 - (<i32>va & 0xfff);
  if (first >= bytes) return 0;
  const next = va + first;
  const low = write ? hostWrite(cpu, va, 1, mmu) : hostRead(cpu, va, 1, mmu);
  const high = write ? hostWrite(cpu, next, 1, mmu) : hostRead(cpu, next, 1, mmu);
  if (low == 0 || high == 0) return 0;
  count(cpu, STAT_CROSSING);
  const copy = cpu + S_CROSSING;
  for (let i = 0; i < first; i++) store<u8>(copy + i, load<u8>(low + i));
  for (let i = first; i < bytes; i++) store<u8>(copy + i, load<u8>(high - first + i));
  return copy;
}

/** Writes the copy back to the pages it was opened from for writing. */
export function crossing_close(cpu: i32, va: u64, bytes: i32, mmu: i32): void {
  const first = 4096 - (<i32>va & 0xfff);
  const low = hostWrite(cpu, va, 1, mmu);
  const high = hostWrite(cpu, va + first, 1, mmu) - first;
  const copy = cpu + S_CROSSING;
  for (let i = 0; i < first; i++) store<u8>(low + i, load<u8>(copy + i));
  for (let i = first; i < bytes; i++) store<u8>(high + i, load<u8>(copy + i));
}
