// info mem and info tlb: what the supervisor's page tables map (privileged 12.3 to 12.6).

import type { ReadPhysical, StateReader } from "../arch.js";
import * as R from "./layout.js";

interface Leaf {
  readonly va: bigint;
  readonly pa: bigint;
  readonly size: bigint;
  /** As in the entry, with G of the levels above. */
  readonly flags: bigint;
}

const VALID = 1n;
const READ_OR_EXECUTE = 0xan;
const GLOBAL = 0x20n;
const FLAGS = 0xffn;
const NAPOT = 1n << 63n;
const NAPOT_PAGE = 1n << 16n;
const SATP_PPN = (1n << 44n) - 1n;
const PTE_PPN = (1n << 44n) - 1n;
/** satp.MODE of Sv39; the next ones have a level more each. */
const SV39 = 8;
/** Most lines of a listing: a table that maps itself has millions. */
const LIMIT = 20_000;

const NO_PAGING = "No translation or protection\n";

/** Every mapping, by address as an unsigned number; undefined while there is no translation. */
function leaves(state: StateReader, readPhysical: ReadPhysical): Generator<Leaf> | undefined {
  const satp = state.u64(R.RV_SATP);
  const mode = Number(BigInt.asUintN(4, satp >> 60n));
  if (mode < SV39) return undefined;
  const levels = mode - SV39 + 3;
  const bits = 12 + 9 * levels;
  const walk = function* (table: bigint, level: number, base: bigint, above: bigint): Generator<Leaf> {
    const data = readPhysical(Number(table), 4096);
    if (!data) return;
    const view = new DataView(data.buffer, data.byteOffset, 4096);
    for (let index = 0; index < 512; index++) {
      const entry = view.getBigUint64(8 * index, true);
      if (!(entry & VALID)) continue;
      const size = 1n << BigInt(12 + 9 * level);
      const va = base + BigInt(index) * size;
      const global = above | (entry & GLOBAL);
      const pa = ((entry >> 10n) & PTE_PPN) << 12n;
      if (entry & READ_OR_EXECUTE) {
        // One of the pages of 64 KiB, which the entry's lowest bits say nothing of (Svnapot).
        const start = entry & NAPOT ? (pa & -NAPOT_PAGE) | (va & (NAPOT_PAGE - 1n)) : pa;
        yield { va: BigInt.asUintN(64, BigInt.asIntN(bits, va)), pa: start, size, flags: (entry & FLAGS) | global };
      } else if (level > 0) yield* walk(pa, level - 1, va, global);
    }
  };
  return walk((satp & SATP_PPN) << 12n, levels - 1, 0n, 0n);
}

const hex = (value: bigint): string => value.toString(16).padStart(16, "0");

/** R W X U G A D, from bit 1 on. */
function attributes(flags: bigint): string {
  return [..."rwxugad"].map((letter, bit) => ((flags >> BigInt(bit + 1)) & 1n ? letter : "-")).join("");
}

const more = (what: string): string => `... (more than ${LIMIT} ${what})`;
const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** `info mem`: ranges that are mapped to a range with equal attributes. */
export function infoMem(state: StateReader, readPhysical: ReadPhysical): string {
  const all = leaves(state, readPhysical);
  if (!all) return NO_PAGING;
  const bar = "-".repeat(16);
  const lines = ["vaddr            paddr            size             attr", `${bar} ${bar} ${bar} -------`];
  let open: Leaf | undefined;
  const close = (): void => {
    if (open) lines.push(`${hex(open.va)} ${hex(open.pa)} ${hex(open.size)} ${attributes(open.flags)}`);
  };
  for (const leaf of all) {
    const { va, pa, size, flags } = leaf;
    if (open && open.va + open.size === va && open.pa + open.size === pa && open.flags === flags) {
      open = { ...open, size: open.size + size };
      continue;
    }
    close();
    if (lines.length >= LIMIT) return joined([...lines, more("ranges")]);
    open = leaf;
  }
  close();
  return joined(lines);
}

/** `info tlb`: every page with its physical address and attributes. */
export function infoTlb(state: StateReader, readPhysical: ReadPhysical): string {
  const all = leaves(state, readPhysical);
  if (!all) return NO_PAGING;
  const lines: string[] = [];
  for (const { va, pa, size, flags } of all) {
    if (lines.length >= LIMIT) return joined([...lines, more("pages")]);
    lines.push(`${hex(va)}: ${hex(pa)} ${attributes(flags)}${size > 4096n ? ` ${size / 1024n}K` : ""}`);
  }
  return joined(lines);
}
