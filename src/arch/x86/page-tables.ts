// info mem and info tlb: what the guest's page tables map. Intel SDM volume 3, chapter 4.

import type { ReadPhysical, StateReader } from "../arch.js";
import { X_CR0, X_CR3, X_CR4, X_EFER } from "./layout.js";

interface PagingState {
  cr0: bigint;
  cr3: bigint;
  cr4: bigint;
  efer: bigint;
  readPhysical: ReadPhysical;
}

const paging = (state: StateReader, readPhysical: ReadPhysical): PagingState => ({
  cr0: state.u64(X_CR0),
  cr3: state.u64(X_CR3),
  cr4: state.u64(X_CR4),
  efer: state.u64(X_EFER),
  readPhysical,
});

function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

interface Leaf {
  start: bigint;
  size: bigint;
  entry: bigint;
  /** U/S and R/W of every level together: bits 2 and 1. */
  access: bigint;
}

const PRESENT = 1n;
const WRITE = 2n;
const USER = 4n;
const LARGE = 0x80n;
const ADDRESS = 0x000ffffffffff000n;
/** Most lines of a listing: a table that maps itself has millions. */
const LIMIT = 20000;

/** Every mapping, by address; undefined while paging is off. */
function* leaves(state: PagingState): Generator<Leaf> {
  const pae = (state.cr4 & 0x20n) !== 0n;
  const long = (state.efer & 0x400n) !== 0n;
  const read = (table: bigint, index: number, bytes: number): bigint => {
    const data = state.readPhysical(Number(table) + index * bytes, bytes);
    if (!data) return 0n;
    const view = new DataView(data.buffer, data.byteOffset, bytes);
    return bytes === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
  };
  if (!pae) {
    for (let i = 0; i < 1024; i++) {
      const directory = read(state.cr3 & 0xfffff000n, i, 4);
      if (!(directory & PRESENT)) continue;
      const start = BigInt(i) << 22n;
      if (directory & LARGE && state.cr4 & 0x10n) {
        yield { start, size: 1n << 22n, entry: directory, access: directory & (USER | WRITE) };
        continue;
      }
      for (let j = 0; j < 1024; j++) {
        const entry = read(directory & 0xfffff000n, j, 4);
        if (!(entry & PRESENT)) continue;
        yield { start: start | (BigInt(j) << 12n), size: 4096n, entry, access: entry & directory & (USER | WRITE) };
      }
    }
    return;
  }
  const walk = function* (table: bigint, shift: number, base: bigint, access: bigint): Generator<Leaf> {
    const entries = !long && shift === 30 ? 4 : 512;
    for (let i = 0; i < entries; i++) {
      const entry = read(table, i, 8);
      if (!(entry & PRESENT)) continue;
      let start = base | (BigInt(i) << BigInt(shift));
      if (shift === 39 && i >= 256) start |= 0xffff000000000000n;
      // The four pointers of PAE paging have no access bits.
      const both = !long && shift === 30 ? access : access & entry;
      const leaf = shift === 12 || (entry & LARGE && shift <= 30 && (long || shift === 21));
      if (leaf) yield { start, size: 1n << BigInt(shift), entry, access: both & (USER | WRITE) };
      else yield* walk(entry & ADDRESS, shift - 9, start, both);
    }
  };
  const root = long ? state.cr3 & ADDRESS : state.cr3 & 0xffffffe0n;
  yield* walk(root, long ? 39 : 30, 0n, USER | WRITE);
}

const pagingOff = (state: PagingState): boolean => !(state.cr0 & 0x80000000n);
const digits = (state: PagingState): number => (state.efer & 0x400n ? 16 : 8);

/** `info mem`: ranges of equal protection. */
export function infoMem(cpu: StateReader, readPhysical: ReadPhysical): string {
  const state = paging(cpu, readPhysical);
  if (pagingOff(state)) return "PG disabled\n";
  const width = digits(state);
  const lines: string[] = [];
  let open: { start: bigint; end: bigint; access: bigint } | undefined;
  const close = (): void => {
    if (!open) return;
    const protection = `${open.access & USER ? "u" : "-"}r${open.access & WRITE ? "w" : "-"}`;
    const end = BigInt.asUintN(64, open.end);
    lines.push(`${hex(open.start, width)}-${hex(end, width)} ${hex(open.end - open.start, width)} ${protection}`);
  };
  for (const { start, size, access } of leaves(state)) {
    if (open && open.end === start && open.access === access) {
      open.end += size;
      continue;
    }
    close();
    if (lines.length >= LIMIT) return `${lines.join("\n")}\n... (more than ${LIMIT} ranges)\n`;
    open = { start, end: start + size, access };
  }
  close();
  return lines.map((line) => `${line}\n`).join("");
}

/** `info tlb`: every page with its physical address and flags. */
export function infoTlb(cpu: StateReader, readPhysical: ReadPhysical): string {
  const state = paging(cpu, readPhysical);
  if (pagingOff(state)) return "PG disabled\n";
  const width = digits(state);
  const flags: [bigint, string][] = [
    [1n << 63n, "X"],
    [0x100n, "G"],
    [0x80n, "P"],
    [0x40n, "D"],
    [0x20n, "A"],
    [0x10n, "C"],
    [0x08n, "T"],
    [0x04n, "U"],
    [0x02n, "W"],
  ];
  const lines: string[] = [];
  for (const { start, size, entry } of leaves(state)) {
    if (lines.length >= LIMIT) {
      lines.push(`... (more than ${LIMIT} pages)`);
      break;
    }
    const physical = entry & ADDRESS & ~(size - 1n);
    const shown = flags.map(([bit, letter]) => (entry & bit ? letter : "-")).join("");
    lines.push(`${hex(start, width)}: ${hex(physical, 16)} ${shown}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
