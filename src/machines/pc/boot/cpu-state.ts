// Initial CPU states, and the structures in low memory that belong to them.

import { Structure } from "../../../boot/bytes.js";
import type { BootMemory, InitialCpu, InitialSegment, RegisterName, SegmentName } from "./interfaces.js";

const GDT = 0x6000;
const PAGE_TABLES = 0x60000;
/** Top of the stack of states that need one. */
const STACK = 0x5ff0;

/** Selectors of the Linux boot protocol: __BOOT_CS and __BOOT_DS; __BOOT_TSS for the task register. */
const CODE = 0x10;
const DATA = 0x18;
const TASK = 0x20;

const CR0_PE = 0x1;
const CR0_ET = 0x10;
const CR0_PG = 0x80000000;
const CR4_PAE = 0x20;
const EFER_LME_LMA = 0x500;

const CODE32 = 0xc09b;
const CODE64 = 0xa09b;
const DATA32 = 0xc093;
const CODE16 = 0x009b;
const DATA16 = 0x0093;
/** Behind the boot sector (boot.rst, "Running the Kernel"). */
const SETUP_ENTRY = 0x200;
const TSS_BUSY = 0x008b;
const LDT = 0x0082;

const PAGE_PRESENT_RW = 0x3;
const PAGE_LARGE = 0x80;
const MAPPED_GIB = 4;

export interface Entry {
  rip: number;
  registers: Partial<Record<RegisterName, number>>;
}

/** 64-bit mode with the first 4 GiB mapped one to one (Linux boot protocol, "64-bit Boot Protocol"). */
export function longMode(memory: BootMemory, entry: Entry): InitialCpu {
  writeGdt(memory, CODE64);
  // one PML4, one PDPT, a page directory of 2 MiB pages for each GiB
  const tables = new Structure((2 + MAPPED_GIB) * 4096);
  tables.u64(0, PAGE_TABLES + 0x1000 + PAGE_PRESENT_RW);
  for (let gib = 0; gib < MAPPED_GIB; gib++) {
    tables.u64(0x1000 + 8 * gib, PAGE_TABLES + 0x2000 + 0x1000 * gib + PAGE_PRESENT_RW);
  }
  for (let page = 0; page < MAPPED_GIB * 512; page++) {
    tables.u64(0x2000 + 8 * page, page * 0x200000 + PAGE_LARGE + PAGE_PRESENT_RW);
  }
  memory.write(PAGE_TABLES, tables.bytes);
  const state = flat(entry, CODE64);
  return { ...state, mode: "long", cr0: CR0_PG + CR0_ET + CR0_PE, cr3: PAGE_TABLES, cr4: CR4_PAE, efer: EFER_LME_LMA };
}

/** 32-bit protected mode without paging, flat segments, A20 open: PVH, multiboot and Linux's 32-bit protocol. */
export function protectedMode(memory: BootMemory, entry: Entry): InitialCpu {
  writeGdt(memory, CODE32);
  return flat(entry, CODE32);
}

/** Linux's 16-bit protocol: all segments are the setup code's, which begins 200h bytes into it; interrupts are off. */
export function realMode({ setup, stack }: { setup: number; stack: number }): InitialCpu {
  const segment = (selector: number, attributes: number): InitialSegment => ({
    ...{ selector, base: selector * 16, limit: 0xffff, attributes },
  });
  const data = segment(setup / 16, DATA16);
  const segments: Record<SegmentName, InitialSegment> = {
    ...{ cs: segment(setup / 16 + SETUP_ENTRY / 16, CODE16), ds: data, es: data, fs: data, gs: data, ss: data },
    ...{ ldtr: segment(0, LDT), tr: segment(0, TSS_BUSY) },
  };
  return {
    mode: "real",
    rip: 0,
    registers: { rsp: stack },
    ...{ cr0: CR0_ET, cr3: 0, cr4: 0, efer: 0 },
    gdt: { base: 0, limit: 0xffff },
    idt: { base: 0, limit: 0x3ff },
    segments,
  };
}

/** Real mode at an address below 1 MiB: how firmware wakes a system (ACPI 6.5, 5.2.10, "Firmware Waking Vector"). */
export function wakingCpu(vector: number): InitialCpu {
  const state = realMode({ setup: 0, stack: 0 });
  const code = { ...state.segments.cs, selector: vector >> 4, base: vector & ~15 };
  return { ...state, rip: vector & 15, segments: { ...state.segments, cs: code } };
}

function flat(entry: Entry, code: number): InitialCpu {
  const segment = (selector: number, attributes: number, limit = 0xffffffff): InitialSegment => ({
    ...{ selector, base: 0, limit, attributes },
  });
  const data = segment(DATA, DATA32);
  const segments: Record<SegmentName, InitialSegment> = {
    ...{ cs: segment(CODE, code), ds: data, es: data, fs: data, gs: data, ss: data },
    ...{ ldtr: segment(0, LDT, 0xffff), tr: segment(TASK, TSS_BUSY, 0x67) },
  };
  return {
    mode: "protected",
    rip: entry.rip,
    registers: { rsp: STACK, ...entry.registers },
    ...{ cr0: CR0_ET + CR0_PE, cr3: 0, cr4: 0, efer: 0 },
    gdt: { base: GDT, limit: 6 * 8 - 1 },
    idt: { base: 0, limit: 0 },
    segments,
  };
}

function writeGdt(memory: BootMemory, code: number): void {
  const gdt = new Structure(6 * 8);
  const descriptor = (selector: number, attributes: number) =>
    gdt.u32(selector, 0x0000ffff).u32(selector + 4, (attributes * 256 + (attributes & 0x8000 ? 0xf0000 : 0)) >>> 0);
  descriptor(CODE, code);
  descriptor(DATA, DATA32);
  gdt.u32(TASK, 0x67).u32(TASK + 4, TSS_BUSY * 256);
  memory.write(GDT, gdt.bytes);
}
