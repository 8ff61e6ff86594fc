// Page tables, descriptors, gates, task states and handlers of hostile programs, some of which are `random`ly odd.

import type { Random } from "../../../../testing/random.js";
import * as A from "./layout.js";
import type { Mode } from "./modes.js";

const PRESENT = 1;
const WRITE = 2;
const USER = 4;

/** Base, limit and the descriptor's bits 40 to 55 without those of the limit. */
function descriptor(base: number, limit: number, attributes: number): [number, number] {
  const low = ((base & 0xffff) << 16) | (limit & 0xffff);
  const high = (base & 0xff000000) | ((base >> 16) & 0xff) | (limit & 0xf0000) | (attributes << 8);
  return [low >>> 0, high >>> 0];
}

function gate(selector: number, offset: number, attributes: number, ist = 0): [number, number] {
  return [((selector << 16) | (offset & 0xffff)) >>> 0, ((offset & 0xffff0000) | (attributes << 8) | ist) >>> 0];
}

/** Exceptions that push an error code. */
const WITH_ERROR = new Set([8, 10, 11, 12, 13, 14, 17]);

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
  gdt(S.otherTask, descriptor(A.TSS2, random.below(8) ? 0x67 : 0x66, 0x0080 | random.pick([0x09, 0x09, 0x0b, 0x69])));
  gdt(
    S.otherTask16,
    descriptor(A.TSS16, random.below(8) ? 0x2b : 0x2a, 0x0080 | random.pick([0x01, 0x01, 0x03, 0x61])),
  );
  gdt(S.taskGate, gate(S.otherTask, 0, 0xe5));
  gdt(S.gate16, gate(S.code32, A.CODE + random.below(0x100), 0xe4 | (random.below(4) << 8)));
  for (let k = 0; k < 256; k++) {
    const level = random.below(2) ? 0x60 : 0;
    const trap = random.below(3) === 0 ? 1 : 0;
    const at = handler(random, k);
    const ist = random.below(6) === 0 ? 1 + random.below(7) : 0;
    if (A.IDT64 + 16 * k < A.IDT32) put(A.IDT64 + 16 * k, gate(S.code64, at, 0x8e | level | trap, ist));
    const kind = random.below(24);
    if (k >= 0xe0) continue;
    if (kind === 0) put(A.IDT32 + 8 * k, gate(random.pick([S.otherTask, S.otherTask16]), 0, 0x85 | level));
    else put(A.IDT32 + 8 * k, gate(S.code32, at, (kind === 1 ? 0x86 : 0x8e) | level | trap));
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
  handlers(view, mode);
  tasks(view, mode, random);
  if (mode.segments === "real") {
    for (let k = 0; k < 256; k++) {
      view.setUint16(4 * k, random.below(3) ? A.HANDLERS + k : random.pick([A.GO_ON, A.SKIP]), true);
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

function handler(random: Random, vector: number): number {
  const error = WITH_ERROR.has(vector);
  switch (random.below(8)) {
    case 0:
      return A.GO_ON;
    case 1:
      return error ? A.GO_ON_ERROR : A.GO_ON;
    case 2:
    case 3:
      return error ? A.SKIP_ERROR : A.SKIP;
    default:
      return A.HANDLERS + vector;
  }
}

function handlers(view: DataView, { paging, segments }: Mode): void {
  const wide = paging === "long" ? [0x48] : [];
  const back = [...wide, 0xcf];
  // add esp, size of the error code; add [esp], 3
  const drop = [...wide, 0x83, 0xc4, paging === "long" ? 8 : 4];
  const skip = [...(segments === "real" ? [0x67] : wide), 0x83, 0x04, 0x24, 3];
  const put = (at: number, bytes: readonly number[]) => new Uint8Array(view.buffer).set(bytes, at);
  put(A.GO_ON, back);
  put(A.GO_ON_ERROR, [...drop, ...back]);
  put(A.SKIP, [...skip, ...back]);
  put(A.SKIP_ERROR, [...drop, ...skip, ...back]);
}

/** What the other tasks begin with, and the way back from this one. */
function tasks(view: DataView, { paging }: Mode, random: Random): void {
  const S = A.SEL;
  const user = random.below(2) === 0;
  const flags = () =>
    2 | random.pick([0, 0x200, 0x100, 0x4000, 0x3000]) | (user && random.below(4) === 0 ? 0x20000 : 0);
  const data = user ? S.userData : S.data32;
  const word = (at: number, value: number) => view.setUint32(at, value, true);
  const half = (at: number, value: number) => view.setUint16(at, value, true);
  if (paging !== "long") half(A.TSS, random.pick([S.otherTask, S.otherTask16, S.tss]));
  half(A.TSS2, S.tss);
  word(A.TSS2 + 4, A.STACK0 - 0x800);
  half(A.TSS2 + 8, S.data32);
  word(A.TSS2 + 0x1c, paging === "pae" ? A.PDPT_PAE : A.PD32);
  word(A.TSS2 + 0x20, A.CODE + random.below(0x200));
  word(A.TSS2 + 0x24, flags());
  for (let k = 0; k < 8; k++) word(A.TSS2 + 0x28 + 4 * k, A.DATA + random.below(A.DATA_BYTES));
  word(A.TSS2 + 0x38, user ? A.STACK3 : A.STACK0 - 0x800);
  for (let k = 0; k < 6; k++) half(A.TSS2 + 0x48 + 4 * k, k === 1 ? (user ? S.user32 : S.code32) : data);
  half(A.TSS2 + 0x60, random.pick([S.ldt, 0, S.small]));
  half(A.TSS2 + 0x64, random.below(8) ? 0 : 1);
  half(A.TSS2 + 0x66, 0x68);
  half(A.TSS16, S.tss);
  half(A.TSS16 + 2, A.DATA + 0x7000);
  half(A.TSS16 + 4, S.data32);
  half(A.TSS16 + 0xe, A.CODE + random.below(0x200));
  half(A.TSS16 + 0x10, flags());
  for (let k = 0; k < 8; k++) half(A.TSS16 + 0x12 + 2 * k, random.below(0x10000));
  for (let k = 0; k < 4; k++) half(A.TSS16 + 0x22 + 2 * k, k === 1 ? (user ? S.user16 : S.code16) : data);
  half(A.TSS16 + 0x2a, random.pick([S.ldt, 0]));
}
