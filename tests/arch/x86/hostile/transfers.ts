// Calls, returns, interrupts, task switches and what holds them off.

import type { Random } from "../../../../testing/random.js";
import { load, onMemory, RAX, u16, u32 } from "./assembler.js";
import * as A from "./layout.js";
import type { Mode } from "./modes.js";
import { anyInstruction } from "./ordinary.js";
import { code, data, type Idiom, selector, stackTop } from "./places.js";

/** What IRET to an outer level or to virtual-8086 mode finds above the frame proper. */
function outerFrame(random: Random, mode: Mode, push: (value: number) => number[], frame: number[]): number[] {
  const virtual = random.below(3) === 0;
  const segments = virtual ? [0, 0x1000, 0, 0xd00] : [];
  const ss = virtual ? 0 : random.pick([A.SEL.userData, A.SEL.userData, A.SEL.data32, selector(random)]);
  const sp = virtual ? 0xfff0 : random.below(4) ? A.STACK3 : stackTop(random, mode);
  const out = [...segments, ss, sp].flatMap(push);
  if (!virtual) return [...out, ...frame];
  return [...out, ...push(0x20002 | (random.below(2) ? 0x3000 : 0)), ...push(0), ...push(code(random)), 0xcf];
}

/** Far transfers through frames on the stack or in memory. */
const farTransfers: Idiom = (random, mode, at) => {
  const { bits, segments } = mode;
  const target = random.below(4) === 0 ? code(random) : at + 40;
  const cs =
    segments === "protected"
      ? random.below(3) === 0
        ? selector(random)
        : random.pick([0x08, 0x1b, 0x28, 0x33, 0x43, 0x4b, 0x68, 0xb8, 0xc0, 0xc8, 0xd0, 0x88])
      : 0;
  const push = (value: number) => (bits === 16 ? [0x68, ...u16(value)] : [0x68, ...u32(value)]);
  const flags = 2 | random.pick([0, 0x100, 0x200, 0x3000, 0x4000, 0x10000, 0x20000, 0x40000, 0x100000]);
  switch (random.below(5)) {
    case 0:
      return [...push(cs), ...push(target), 0xcb];
    case 1: {
      const frame = [...push(flags), ...push(cs), ...push(target), 0xcf];
      if (bits === 64) return [...push(selector(random)), ...push(A.STACK3), ...frame.slice(0, -1), 0x48, 0xcf];
      return random.below(2) ? frame : outerFrame(random, mode, push, frame);
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

/** Tasks: by a far jump or call to a TSS or a task gate, or back by IRET with NT. */
const tasks: Idiom = (random, mode) => {
  const { bits } = mode;
  const to = random.pick([A.SEL.otherTask, A.SEL.otherTask16, A.SEL.taskGate, A.SEL.tss]) | random.below(4);
  switch (random.below(4)) {
    case 0: {
      // nt; iret
      const nt = bits === 16 ? [0x66, 0x9c, 0x66, 0x58, 0x66, 0x0d, ...u32(0x4000), 0x66, 0x50, 0x66, 0x9d] : [];
      return [...(bits === 16 ? nt : [0x9c, 0x81, 0x0c, 0x24, ...u32(0x4000), 0x9d]), 0xcf];
    }
    case 1:
      // mov ax, tss; ltr ax; str cx
      return [...load(bits, RAX, to), 0x0f, 0x00, 0xd8, 0x0f, 0x00, 0xc9];
    default: {
      const pointer = [...(bits === 16 ? u16 : u32)(code(random)), ...u16(to)];
      return bits === 64 ? anyInstruction(random, bits) : [random.pick([0xea, 0x9a]), ...pointer];
    }
  }
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

/** MOV SS, POP SS, LSS or STI before what may meet the exception or interrupt that it holds off. */
const shadows: Idiom = (random, mode, at) => {
  const { bits, user, segments } = mode;
  const stackSelector = segments === "protected" ? (user ? A.SEL.userData : A.SEL.data32) : 0;
  const hold = random.pick([
    [...load(bits, RAX, stackSelector), 0x8e, 0xd0],
    [...onMemory(bits, [0x8c], 2, A.DATA + 0x7e00, false), ...onMemory(bits, [0x8e], 2, A.DATA + 0x7e00, false)],
    bits === 64 ? [0xfa, 0xfb] : [0x16, 0x17],
    [0xfa, 0xfb],
    [0xfb],
    [0x8c, 0xd0, 0x8e, 0xd0, 0x8e, 0xd0],
  ]);
  const next = random.pick<() => number[]>([
    () => interrupts(random, mode, at),
    () => interrupts(random, mode, at),
    () => flagChanges(random, mode, at),
    () => farTransfers(random, mode, at),
    () => debugRegisters(random, mode, at),
    () =>
      random.pick([[0xf3, 0xa4], [0xa5], [0xe4, 0x21], [0xe6, 0x80], [0x9d], [0x0f, 0x22, 0xc0], [0xf3, 0x6e], [0xc3]]),
    () => anyInstruction(random, bits),
  ]);
  const before = random.below(3) === 0 ? flagChanges(random, mode, at) : [];
  return [...before, ...hold, ...next(), ...anyInstruction(random, bits)];
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

/** Breakpoints on code, data, the stack and ports, none any more, and reads. */
const debugRegisters: Idiom = (random, mode, at) => {
  const { bits } = mode;
  const end = [...load(bits, RAX, 0x400), 0x0f, 0x23, 0xf8];
  switch (random.below(6)) {
    case 0:
      return end;
    case 1:
      return [0x0f, random.pick([0x21, 0x23]), 0xc0 | random.below(64)];
  }
  const address = random.pick([
    data(random),
    code(random),
    at + random.below(48),
    stackTop(random, mode) - 8,
    random.below(256),
  ]);
  const n = random.below(4);
  const type = random.pick([0, 1, 3, 2]);
  const dr7 = 0x400 | (3 << (2 * n)) | (type << (16 + 4 * n)) | (random.below(4) << (18 + 4 * n));
  const set = [
    ...load(bits, RAX, address),
    ...[0x0f, 0x23, 0xc0 | (n << 3)],
    ...load(bits, RAX, random.below(8) === 0 ? dr7 | 0x2000 : dr7),
    ...[0x0f, 0x23, 0xf8],
  ];
  if (random.below(2)) return set;
  return [...set, ...anyInstruction(random, bits), ...anyInstruction(random, bits), ...end];
};

export const transferIdioms: readonly (readonly [number, Idiom])[] = [
  [5, farTransfers],
  [4, flagChanges],
  [3, debugRegisters],
  [3, interrupts],
  [3, shadows],
  [2, tasks],
  [6, calls],
];
