// The modes hostile programs begin in: tables in memory, and the CPU's registers.

import type { X86Cpu } from "../../../../src/arch/x86/cpu.js";
import * as X from "../../../../src/arch/x86/layout.js";
import type { Random } from "../corpus/random.js";
import * as A from "./layout.js";

export type Bits = 16 | 32 | 64;

export interface Mode {
  name: string;
  bits: Bits;
  user: boolean;
  paging: "none" | "32" | "pae" | "long";
  /** Real mode or virtual-8086 mode: segments are addresses. */
  segments: "protected" | "real" | "virtual";
}

export const MODES: readonly Mode[] = [
  { name: "long mode, system", bits: 64, user: false, paging: "long", segments: "protected" },
  { name: "long mode, user", bits: 64, user: true, paging: "long", segments: "protected" },
  { name: "compatibility mode, user", bits: 32, user: true, paging: "long", segments: "protected" },
  { name: "16-bit compatibility mode", bits: 16, user: true, paging: "long", segments: "protected" },
  { name: "protected mode, system, 32-bit paging", bits: 32, user: false, paging: "32", segments: "protected" },
  { name: "protected mode, user, 32-bit paging", bits: 32, user: true, paging: "32", segments: "protected" },
  { name: "protected mode, user, PAE", bits: 32, user: true, paging: "pae", segments: "protected" },
  { name: "protected mode, system, no paging", bits: 32, user: false, paging: "none", segments: "protected" },
  { name: "16-bit protected mode, system", bits: 16, user: false, paging: "none", segments: "protected" },
  { name: "virtual-8086 mode", bits: 16, user: true, paging: "32", segments: "virtual" },
  { name: "real mode", bits: 16, user: false, paging: "none", segments: "real" },
];

const PRESENT = 1;
const WRITE = 2;
const USER = 4;

/** Base, limit and the descriptor's bits 40 to 55 without those of the limit. */
function descriptor(base: number, limit: number, attributes: number): [number, number] {
  const low = ((base & 0xffff) << 16) | (limit & 0xffff);
  const high = (base & 0xff000000) | ((base >> 16) & 0xff) | (limit & 0xf0000) | (attributes << 8);
  return [low >>> 0, high >>> 0];
}

function gate(selector: number, offset: number, attributes: number): [number, number] {
  return [((selector << 16) | (offset & 0xffff)) >>> 0, ((offset & 0xffff0000) | (attributes << 8)) >>> 0];
}

/** Fills the tables of a mode; some entries are `random`ly odd. */
export function writeTables(view: DataView, mode: Mode, random: Random): void {
  const put = (at: number, [low, high]: [number, number]) => {
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
  };
  pages(view, random);
  const S = A.SEL;
  const gdt = (selector: number, words: [number, number]) => put(A.GDT + (selector & ~7), words);
  gdt(S.code32, descriptor(0, 0xfffff, 0xc09b));
  gdt(S.data32, descriptor(0, 0xfffff, 0xc093));
  gdt(S.code16, descriptor(0, 0xfffff, 0x809b));
  gdt(S.data16, descriptor(0, 0xffff, 0x0093));
  gdt(S.code64, descriptor(0, 0xfffff, 0xa09b));
  gdt(S.user64, descriptor(0, 0xfffff, 0xa0fb));
  gdt(S.userData, descriptor(0, 0xfffff, 0xc0f3));
  gdt(S.user32, descriptor(0, 0xfffff, 0xc0fb));
  gdt(S.user16, descriptor(0, 0xfffff, 0x80fb));
  gdt(S.readOnly, descriptor(A.DATA, 0xfff, 0x40f1));
  gdt(S.down, descriptor(0, 0xfff, 0x40f7));
  gdt(S.notPresent, descriptor(0, 0xfffff, 0xc073));
  gdt(S.conforming, descriptor(0, 0xfffff, 0xc09f));
  gdt(S.executeOnly, descriptor(0, 0xfffff, 0xc0f9));
  gdt(S.small, descriptor(A.DATA, random.below(0x200), 0x40f3));
  gdt(S.based, descriptor(random.below(0x10000), 0xfffff, 0xc0f3));
  const long = mode.paging === "long";
  gdt(S.gate, gate(long ? S.code64 : S.code32, A.CODE + random.below(0x100), 0xec));
  gdt(S.ldt, descriptor(A.LDT, 0xff, 0x0082));
  gdt(S.tss, descriptor(A.TSS, 0x27f, 0x008b));
  for (let k = 0; k < 256; k++) {
    const handler = random.below(4) === 0 ? A.GO_ON : A.HANDLERS + k;
    const level = random.below(2) ? 0x60 : 0;
    const type = (random.below(3) === 0 ? 0x8f : 0x8e) | level;
    if (A.IDT64 + 16 * k < A.IDT32) put(A.IDT64 + 16 * k, gate(S.code64, handler, type));
    if (k < 0xe0) put(A.IDT32 + 8 * k, gate(S.code32, handler, type));
  }
  // Task state: stacks of level 0, for both formats, and an I/O bitmap that allows every other port.
  if (long) for (let k = 0; k < 10; k++) put(A.TSS + 4 + 8 * k, [A.STACK0 - 0x100 * k, 0]);
  else {
    view.setUint32(A.TSS + 4, A.STACK0, true);
    view.setUint32(A.TSS + 8, S.data32, true);
  }
  view.setUint16(A.TSS + 0x66, 0x68, true);
  for (let k = 0x68; k < 0x280; k++) view.setUint8(A.TSS + k, 0x55);
  for (let k = 0; k < 0x100; k++) view.setUint8(A.HANDLERS + k, 0xf4);
  // A handler that returns, with whatever is on the stack: an error code makes a fault of it.
  const back = long ? [0x48, 0xcf] : [0xcf];
  back.forEach((byte, k) => {
    view.setUint8(A.GO_ON + k, byte);
  });
  if (mode.segments === "real") {
    for (let k = 0; k < 256; k++) {
      view.setUint16(4 * k, random.below(4) === 0 ? A.GO_ON : A.HANDLERS + k, true);
      view.setUint16(4 * k + 2, 0, true);
    }
  }
}

function pages(view: DataView, random: Random): void {
  const all = PRESENT | WRITE | USER;
  const set = (at: number, low: number, high = 0) => {
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
  };
  set(A.PML4, A.PDPT | all);
  set(A.PML4 + 8 * 511, A.PDPT | all);
  set(A.PDPT, A.PD | all);
  set(A.PDPT + 8 * 510, A.PD | all);
  set(A.PD, A.PT | all);
  // The same two megabytes once more, as one page.
  set(A.PD + 8, 0x80 | all);
  for (let k = 0; k < 4; k++) set(A.PDPT_PAE + 8 * k, A.PD | PRESENT);
  view.setUint32(A.PD32, A.PT32 | all, true);
  view.setUint32(A.PD32 + 4, 0x80 | all, true);
  for (let k = 0; k < 512; k++) {
    let flags: number = all;
    let high = 0;
    const page = k << 12;
    // Some pages of the data are not for everybody.
    if (page >= A.DATA && page < A.DATA + A.DATA_BYTES && random.below(3) === 0) {
      flags = random.pick([0, PRESENT, PRESENT | WRITE, PRESENT | USER, 0x100 | all]);
      if (random.below(4) === 0) high = 0x80000000;
    }
    // Two pages are one frame.
    const frame = random.below(32) === 0 ? A.DATA + 4096 * random.below(8) : page;
    const target = page >= A.DATA && page < A.RAM ? frame : page;
    set(A.PT + 8 * k, target | flags, high);
    view.setUint32(A.PT32 + 4 * k, target | flags, true);
  }
}

/** Puts the CPU at `entry` of a mode. */
export function enter(cpu: X86Cpu, mode: Mode, entry: number, random: Random): void {
  const { segments, bits, user, paging } = mode;
  const S = A.SEL;
  const real = segments === "real";
  const v86 = segments === "virtual";
  const long = paging === "long";
  cpu.setField(X.X_EFER, long ? 0xd01n : random.below(2) ? 0x801n : 1n);
  cpu.setField(X.X_CR3, BigInt(paging === "32" ? A.PD32 : paging === "pae" ? A.PDPT_PAE : A.PML4));
  const cr4 =
    (paging === "32" ? 0x10 : paging === "none" ? 0 : 0x20) | 0x600 | random.pick([0, 0x80, 0x80, 4, 8, 0x40000, 1, 2]);
  cpu.setField(X.X_CR4, BigInt(cr4));
  const cr0 =
    (paging === "none" ? 0x10 : 0x80000010) + (real ? 0 : 1) + 0x20 + random.pick([0, 0x10000, 0x40000, 0x50000]);
  cpu.setField(X.X_CR0, BigInt(cr0));
  cpu.setField(X.X_GDT_BASE, BigInt(A.GDT));
  cpu.setField32(X.X_GDT_LIMIT, A.GDT_BYTES - 1);
  cpu.setField(X.X_IDT_BASE, BigInt(real ? 0 : long ? A.IDT64 : A.IDT32));
  cpu.setField32(X.X_IDT_LIMIT, long ? 0xfff : real ? 0x3ff : 0x6ff);
  if (real || v86) {
    const attributes = v86 ? 0xf3 : 0x93;
    for (const n of [X.ES, X.SS, X.DS, X.FS, X.GS]) cpu.setSegment(n, 0, 0n, 0xffffn, attributes);
    cpu.setSegment(X.CS, 0, 0n, 0xffffn, v86 ? 0xf3 : 0x9b);
  } else {
    const code =
      bits === 64
        ? user
          ? S.user64
          : S.code64
        : bits === 32
          ? user
            ? S.user32
            : S.code32
          : user
            ? S.user16
            : S.code16;
    const attributes = (bits === 64 ? 0xa09b : bits === 32 ? 0xc09b : 0x809b) | (user ? 0x60 : 0);
    cpu.setSegment(X.CS, code, 0n, 0xffffffffn, attributes);
    for (const n of [X.ES, X.SS, X.DS, X.FS, X.GS])
      cpu.setSegment(n, user ? S.userData : S.data32, 0n, 0xffffffffn, user ? 0xc0f3 : 0xc093);
  }
  cpu.setSegment(X.LDTR, S.ldt, BigInt(A.LDT), 0xffn, 0x82);
  cpu.setSegment(X.TR, S.tss, BigInt(A.TSS), 0x27fn, 0x8b);
  cpu.setField32(X.X_CPL, user ? 3 : 0);
  const iopl = random.pick([0, 0x3000]);
  cpu.setField(
    X.X_FLAGS,
    BigInt((v86 ? 0x20002 : 2) | iopl | (random.below(2) ? 0x200 : 0) | (random.below(16) ? 0 : 0x40000)),
  );
  cpu.setField(X.X_STAR, (BigInt(S.data32) << 48n) | (BigInt(long ? S.code64 : S.code32) << 32n));
  cpu.setField(X.X_LSTAR, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_CSTAR, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_SFMASK, BigInt(random.u32() & 0x47700));
  cpu.setField(X.X_SYSENTER_CS, BigInt(S.code32));
  cpu.setField(X.X_SYSENTER_EIP, BigInt(A.CODE + random.below(0x200)));
  cpu.setField(X.X_SYSENTER_ESP, BigInt(A.STACK0));
  cpu.setField(X.X_XCR0, 3n);
  cpu.setGpr("rsp", BigInt(user ? A.STACK3 : A.STACK0) & (bits === 16 ? 0xfff0n : -1n));
  cpu.setPc(BigInt(entry));
}
