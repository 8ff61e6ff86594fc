// Stores to the program's own code.

import { load, onMemory, RAX, RCX, RDI, RSP, u32 } from "./assembler.js";
import { code, type Idiom } from "./places.js";

const PAGE = 4096;
/** From an address to another one of the same memory: by a large page, or where A20 is off. */
const ALIAS = { none: 0x100000, "32": 0x400000, pae: 0x200000, long: 0x200000 } as const;

/** A store to another instruction, to one that is about to come, or to the one that is executed. */
const ownCode: Idiom = (random, { bits }, at) => {
  const where = random.below(3) === 0 ? code(random) : at + random.below(24);
  if (random.below(2))
    return onMemory(bits, [0xc6], 0, where, false, [random.pick([0x90, 0x40, 0xf4, 0xcc, 0xc3, random.below(256)])]);
  return onMemory(bits, [0xc7], 0, where, true, u32(random.pick([0x90909090, random.u32()])));
};

/** The same by other ways: over the end of a page, through the second mapping, by instructions that write a lot or on the quiet. */
const otherWays: Idiom = (random, { bits, paging }, at) => {
  const near = random.below(2) ? at + random.below(32) : code(random);
  const edge = ((near + PAGE) & -PAGE) - random.below(8);
  const where = random.pick([near, near, edge, near + ALIAS[paging], edge + ALIAS[paging]]);
  switch (random.below(8)) {
    case 0:
      // rep stosb
      return [
        ...load(bits, RDI, where),
        ...load(bits, RCX, 1 + random.below(24)),
        ...load(bits, RAX, 0x90),
        0xf3,
        0xaa,
      ];
    case 1:
      // movups [where], xmm
      return onMemory(bits, [0x0f, 0x11], random.below(8), where, false);
    case 2:
      // push of what is there, or of a call's return address
      return [...load(bits, RSP, where), ...random.pick([[0xff, 0x34, 0x24], [0x50], [0xe8, 0, 0, 0, 0], [0x9c]])];
    case 3:
      // fxsave, fnstenv, fnsave, xsave
      return random.pick([
        onMemory(bits, [0x0f, 0xae], random.pick([0, 4]), where & ~63, false),
        onMemory(bits, [0xd9], 6, where, false),
        onMemory(bits, [0xdd], 6, where, false),
      ]);
    case 4:
      // lock xchg, cmpxchg, xadd, cmpxchg8b
      return random.pick([
        onMemory(bits, [0x87], RAX, where, true),
        onMemory(bits, [0x0f, 0xb1], RAX, where, true),
        onMemory(bits, [0x0f, 0xc1], RAX, where, true),
        onMemory(bits, [0x0f, 0xc7], 1, where, false),
      ]);
    case 5:
      // fstp tbyte, fistp qword, sidt
      return random.pick([
        onMemory(bits, [0xdb], 7, where, false),
        onMemory(bits, [0xdf], 7, where, false),
        onMemory(bits, [0x0f, 0x01], 1, where, false),
      ]);
    case 6:
      return onMemory(bits, [0xc6], 0, where, false, [random.below(256)]);
    default:
      return onMemory(bits, [0xc7], 0, where, true, u32(0x90909090));
  }
};

export const ownCodeIdioms: readonly (readonly [number, Idiom])[] = [
  [6, ownCode],
  [4, otherWays],
];
