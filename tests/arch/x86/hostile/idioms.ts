// What makes a program hostile: it changes its own code, page tables and descriptors, loads segments, switches modes, steps through
// itself, and takes faults in the middle of instructions.

import type { Random } from "../corpus/random.js";
import { absolute, load, onMemory, RAX, RCX, RDX, u16, u32, wide } from "./assembler.js";
import * as A from "./layout.js";
import type { Mode } from "./modes.js";
import { anyInstruction } from "./ordinary.js";

/** Makes instructions; `at`: where they will lie. */
export type Idiom = (random: Random, mode: Mode, at: number) => number[];

const selectors = Object.values(A.SEL);

function selector(random: Random): number {
  const any = random.pick(selectors) | random.below(4);
  return random.below(8) === 0 ? any | 4 : random.below(8) === 0 ? random.below(4) : any;
}

/** Somewhere in the program. */
const code = (random: Random) => A.CODE + random.below(A.CODE_BYTES);
const data = (random: Random) =>
  A.DATA + (random.below(3) === 0 ? 4096 * random.below(8) - random.below(9) : random.below(A.DATA_BYTES));

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

/** A store to another instruction, to one that is about to come, or to the one that is executed. */
const ownCode: Idiom = (random, { bits }, at) => {
  const where = random.below(3) === 0 ? code(random) : at + random.below(24);
  if (random.below(2))
    return onMemory(bits, [0xc6], 0, where, false, [random.pick([0x90, 0x40, 0xf4, 0xcc, 0xc3, random.below(256)])]);
  return onMemory(bits, [0xc7], 0, where, true, u32(random.pick([0x90909090, random.u32()])));
};

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

/** Far transfers through frames on the stack or in memory. */
const farTransfers: Idiom = (random, { bits, segments }, at) => {
  const target = random.below(4) === 0 ? code(random) : at + 40;
  const cs =
    segments === "protected"
      ? random.below(3) === 0
        ? selector(random)
        : random.pick([0x08, 0x1b, 0x28, 0x33, 0x43, 0x4b, 0x68])
      : 0;
  const push = (value: number) => (bits === 16 ? [0x68, ...u16(value)] : [0x68, ...u32(value)]);
  const flags = 2 | random.pick([0, 0x100, 0x200, 0x3000, 0x4000, 0x10000, 0x20000, 0x40000, 0x100000]);
  switch (random.below(5)) {
    case 0:
      return [...push(cs), ...push(target), 0xcb];
    case 1: {
      const frame = [...push(flags), ...push(cs), ...push(target), 0xcf];
      return bits === 64 ? [...push(selector(random)), ...push(A.STACK3), ...frame.slice(0, -1), 0x48, 0xcf] : frame;
    }
    case 2:
      return bits === 64
        ? [0xff, 0x2c, 0x25, ...u32(data(random))]
        : [0xea, ...(bits === 16 ? u16(target) : u32(target)), ...u16(cs)];
    case 3:
      return bits === 64
        ? [0xff, 0x1c, 0x25, ...u32(data(random))]
        : [0x9a, ...(bits === 16 ? u16(target) : u32(target)), ...u16(cs)];
    default:
      return random.pick([
        [0x0f, 0x05],
        [0x0f, 0x34],
        [0x0f, 0x07],
        [0x48, 0x0f, 0x07],
        [0x0f, 0x35],
        [0x0f, 0x01, 0xf8],
      ]);
  }
};

/** pushf; or [sp], flags; popf: single-step, alignment checks, nesting, interrupts. */
const flagChanges: Idiom = (random, { bits }) => {
  const flag = random.pick([
    0x100, 0x100, 0x100, 0x200, 0x400, 0x4000, 0x3000, 0x40000, 0x10000, 0x20000, 0x80000, 0x8d5,
  ]);
  if (bits === 16) return [0x66, 0x9c, 0x66, 0x58, 0x66, 0x0d, ...u32(flag), 0x66, 0x50, 0x66, 0x9d];
  return [0x9c, 0x81, random.below(4) === 0 ? 0x34 : 0x0c, 0x24, ...u32(flag), 0x9d];
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

const debugRegisters: Idiom = (random, { bits }) => {
  const address = random.below(2) ? data(random) : code(random);
  const n = random.below(4);
  const type = random.pick([0, 1, 3, 2]);
  const dr7 = 0x400 | (3 << (2 * n)) | (type << (16 + 4 * n)) | (random.below(4) << (18 + 4 * n));
  return [
    ...load(bits, RAX, address),
    0x0f,
    0x23,
    0xc0 | (n << 3),
    ...load(bits, RAX, random.below(8) === 0 ? dr7 | 0x2000 : dr7),
    0x0f,
    0x23,
    0xf8,
  ];
};

const registersOfModel: Idiom = (random, { bits }) => {
  const msr = random.pick([
    0xc0000080, 0xc0000081, 0xc0000082, 0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102, 0x174, 0x176, 0x10, 0x277,
    0xc0010015, 0x1b,
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

const interrupts: Idiom = (random) =>
  random.pick([
    [0xcc],
    [0xce],
    [0xcd, random.below(256)],
    [0xcd, 0x80],
    [0xf1],
    [0x0f, 0x0b],
    [0xfb, 0x90],
    [0xfa],
    [0xfb, 0xf4],
    [0xf4],
    [0xcf],
    [0xfb, 0xfa],
  ]);

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

const calls: Idiom = (random, _mode) => {
  const forward = random.below(12);
  return random.pick([
    [0xe8, forward, 0, 0, 0],
    [0xc3],
    [0xeb, forward],
    [0x70 | random.below(16), random.below(4) === 0 ? -random.below(40) & 255 : forward],
    [0xe2, -random.below(30) & 255],
    [0xc8, random.below(32), 0, random.below(4)],
    [0xc9],
    [0xff, 0xd0 | random.below(8)],
    [0xff, 0xe0 | random.below(8)],
  ]);
};

/** Registers that lead somewhere. */
const pointers: Idiom = (random, { bits }) => {
  const reg = random.pick([0, 1, 2, 3, 5, 6, 7]);
  const value = random.below(4) === 0 ? code(random) : random.below(12) === 0 ? random.u32() : data(random);
  return load(bits, reg, value);
};

/** The stack again. */
const stack: Idiom = (random, { bits, user }) => {
  const top = (user ? A.STACK3 : A.STACK0) - (random.below(4) === 0 ? random.below(64) : 8 * random.below(32));
  return load(bits, 4, bits === 16 ? top & 0xffff : top);
};

const ordinary: Idiom = (random, { bits }) => anyInstruction(random, bits);

/** With how often each is chosen. */
export const IDIOMS: readonly (readonly [number, Idiom])[] = [
  [24, ordinary],
  [10, pointers],
  [6, stack],
  [10, loops],
  [6, ownCode],
  [6, pageTables],
  [2, descriptors],
  [5, segmentLoads],
  [4, farTransfers],
  [4, flagChanges],
  [4, controlRegisters],
  [2, debugRegisters],
  [2, registersOfModel],
  [3, interrupts],
  [6, strings],
  [3, systemTables],
  [4, fpuState],
  [6, calls],
];
