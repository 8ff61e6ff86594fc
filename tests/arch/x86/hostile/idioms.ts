// What makes a program hostile: it changes its own code, page tables and descriptors, loads segments, switches modes, steps through
// itself, and takes faults in the middle of instructions.

import type { Random } from "../../../../testing/random.js";
import { absolute, load, onMemory, RAX, RCX, RDX, u32, wide } from "./assembler.js";
import * as A from "./layout.js";
import { anyInstruction } from "./ordinary.js";
import { ownCodeIdioms } from "./own-code.js";
import { code, data, type Idiom, selector, selectors, stackTop } from "./places.js";
import { anyRow } from "./rows.js";
import { transferIdioms } from "./transfers.js";

/** What a page-table entry is changed to. */
function entry(random: Random): number {
  const frame = random.pick([
    A.DATA,
    A.DATA + 0x1000,
    A.DATA + 0x5000,
    A.CODE & ~0xfff,
    (A.CODE + 0x1000) & ~0xfff,
    A.PT,
    0xfff000,
  ]);
  return frame | random.pick([7, 7, 7, 5, 3, 1, 0, 0x107, 0x87, 0x67, 0x1f]);
}

/** A store to a page table, mostly followed by what makes it known. */
const pageTables: Idiom = (random, { bits, paging }) => {
  const legacy = paging === "32";
  const page = random.below(3) === 0 ? code(random) >> 12 : data(random) >> 12;
  const table = legacy ? A.PT32 : A.PT;
  const at =
    random.below(12) === 0 ? (legacy ? A.PD32 : random.pick([A.PD, A.PDPT, A.PML4])) : table + page * (legacy ? 4 : 8);
  const out = onMemory(bits, [0xc7], 0, at, true, u32(random.below(3) === 0 ? (page << 12) | 7 : entry(random)));
  switch (random.below(8)) {
    case 0:
      break;
    case 1:
      // mov rax, cr3; mov cr3, rax
      out.push(0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8);
      break;
    default: {
      const { prefix, modrm } = absolute(bits, 7, page << 12);
      out.push(...prefix, 0x0f, 0x01, ...modrm);
    }
  }
  return out;
};

const descriptors: Idiom = (random, { bits, paging }) => {
  const gdt = A.GDT + (random.pick(selectors) & ~7) + random.below(8);
  const idt = (paging === "long" ? A.IDT64 : A.IDT32) + random.below(0x200);
  const at = random.pick([gdt, gdt, idt, A.TSS + random.below(0x70)]);
  return onMemory(bits, [0xc6], 0, at, false, [random.below(256)]);
};

const segmentLoads: Idiom = (random, { bits, segments }) => {
  const value = segments === "protected" ? selector(random) : random.pick([0, 0, 0x10, 0x1000, random.below(0x10000)]);
  const out = load(bits, RAX, value);
  switch (random.below(6)) {
    case 0:
      // lds/les in 32-bit code; lfs, lgs, lss
      out.push(
        ...onMemory(
          bits,
          random.pick([[0xc4], [0xc5], [0x0f, 0xb4], [0x0f, 0xb5], [0x0f, 0xb2]]),
          3,
          data(random),
          false,
        ),
      );
      break;
    case 1:
      out.push(0x50, ...random.pick([[0x07], [0x17], [0x1f], [0x0f, 0xa1], [0x0f, 0xa9]]));
      break;
    default:
      // mov sreg, ax
      out.push(0x8e, 0xc0 | (random.pick([0, 2, 2, 3, 4, 5, 1]) << 3));
      if (random.below(2)) out.push(...anyInstruction(random, bits));
  }
  return out;
};

const controlRegisters: Idiom = (random, { bits }) => {
  const n = random.pick([0, 0, 4, 4, 3, 2, 8]);
  const bit =
    n === 0
      ? random.pick([1 << 16, 1 << 18, 8, 4, 2, 0x20, 0x40000000, 0x80000000, 1])
      : 1 << random.pick([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 16, 17, 18, 20, 21]);
  const rex = n === 8 && bits === 64 ? [0x44] : [];
  const reg = n === 8 ? 0 : n;
  if (n === 2 || n === 3) return [0x0f, 0x20, 0xc0 | (reg << 3), 0x0f, 0x22, 0xc0 | (reg << 3)];
  // mov eax, crn; xor eax, bit; mov crn, eax: and back again soon, sometimes
  const change = [
    ...rex,
    0x0f,
    0x20,
    0xc0 | (reg << 3),
    ...wide(bits, 0x35, ...u32(bit)),
    ...rex,
    0x0f,
    0x22,
    0xc0 | (reg << 3),
  ];
  return random.below(3) === 0 ? change : [...change, ...anyInstruction(random, bits), ...change];
};

const registersOfModel: Idiom = (random, { bits }) => {
  const msr = random.pick([
    0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103, 0x174,
    0x175, 0x176, 0x10, 0x277, 0xc0010015, 0x1b, 0x1d9, 0x6e0, 0x1a0,
  ]);
  const out = load(bits, RCX, msr);
  if (random.below(2)) return [...out, 0x0f, 0x32];
  if (msr === 0xc0000080)
    return [...out, 0x0f, 0x32, ...wide(bits, 0x35, ...u32(random.pick([0x800, 1, 0x100, 0x4000]))), 0x0f, 0x30];
  return [
    ...out,
    ...load(bits, RAX, random.below(2) ? code(random) : random.u32()),
    ...load(bits, RDX, random.below(4) ? 0 : random.u32()),
    0x0f,
    0x30,
  ];
};

/** Repeated, over the ends of pages, of any length and direction. */
const strings: Idiom = (random, { bits }) => {
  const out = [
    ...load(bits, 6, random.below(3) === 0 ? code(random) : data(random)),
    ...load(bits, 7, random.below(4) === 0 ? code(random) : data(random)),
    ...load(bits, RCX, random.below(4) === 0 ? random.below(0x1400) : random.below(40)),
    random.below(5) === 0 ? 0xfd : 0xfc,
  ];
  if (random.below(4) === 0) out.push(random.pick([0x66, 0x67, 0x26, 0x64]));
  if (random.below(6)) out.push(random.pick([0xf3, 0xf2]));
  if (bits === 64 && random.below(3) === 0) out.push(0x48);
  out.push(random.pick([0xa4, 0xa5, 0xaa, 0xab, 0xac, 0xad, 0xa6, 0xa7, 0xae, 0xaf, 0x6c, 0x6e]));
  return out;
};

const systemTables: Idiom = (random, { bits }) =>
  random.pick([
    onMemory(bits, [0x0f, 0x01], random.pick([0, 1, 2, 3, 4, 6]), data(random), false),
    onMemory(bits, [0x0f, 0x00], random.pick([0, 1, 2, 3, 4, 5]), data(random), false),
    [0x0f, random.pick([0x02, 0x03]), 0xc0 | random.below(64)],
    [0x0f, 0x06],
    [0x0f, 0x08],
    [0x0f, 0x09],
    [0x0f, 0x31],
    [0x0f, 0xa2],
    [0x63, 0xc0 | random.below(64)],
    [random.pick([0xe4, 0xe5, 0xe6, 0xe7]), random.below(256)],
    [random.pick([0xec, 0xed, 0xee, 0xef])],
  ]);

/** State of the x87 and SSE, whole or in parts. */
const fpuState: Idiom = (random, { bits }) => {
  const at = data(random) & (random.below(4) ? ~63 : ~0);
  return random.pick([
    onMemory(bits, [0x0f, 0xae], random.below(8), at, false),
    onMemory(bits, [0xd9], random.pick([4, 5, 6, 7]), at, false),
    onMemory(bits, [0xdd], random.pick([4, 6, 7]), at, false),
    onMemory(bits, [random.pick([0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf])], random.below(8), at, false),
    [random.pick([0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf]), 0xc0 | random.below(64)],
    [0x0f, 0x77],
    [0xdb, 0xe3],
    [0x9b],
  ]);
};

/** A loop of a few instructions that counts in memory, so that it becomes hot whatever happens to registers. */
const loops: Idiom = (random, { bits }) => {
  const counter = A.DATA + 0x7f00 + 4 * random.below(32);
  const body: number[] = [];
  for (let k = 1 + random.below(4); k > 0; k--) body.push(...anyInstruction(random, bits));
  const start = onMemory(bits, [0xc7], 0, counter, true, u32(2 + random.below(30)));
  const step = onMemory(bits, [0xff], 1, counter, true);
  const back = -(body.length + step.length + 2);
  return back < -128 ? start : [...start, ...body, ...step, 0x75, back & 255];
};

/** Registers that lead somewhere. */
const pointers: Idiom = (random, { bits }) => {
  const reg = random.pick([0, 1, 2, 3, 5, 6, 7]);
  const value = random.below(4) === 0 ? code(random) : random.below(12) === 0 ? random.u32() : data(random);
  return load(bits, reg, value);
};

/** The stack again. */
const stack: Idiom = (random, mode) => {
  const { bits } = mode;
  const top = stackTop(random, mode);
  return load(bits, 4, bits === 16 ? top & 0xffff : top);
};

const ordinary: Idiom = (random, { bits }) => anyInstruction(random, bits);
const rows: Idiom = (random, { bits }) => anyRow(random, bits);

/** With how often each is chosen. */
export const IDIOMS: readonly (readonly [number, Idiom])[] = [
  [24, ordinary],
  [8, rows],
  [10, pointers],
  [6, stack],
  [10, loops],
  [6, pageTables],
  [2, descriptors],
  [5, segmentLoads],
  [4, controlRegisters],
  [2, registersOfModel],
  [6, strings],
  [3, systemTables],
  [4, fpuState],
  ...ownCodeIdioms,
  ...transferIdioms,
];
