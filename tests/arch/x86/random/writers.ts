// How the flags come to an instruction: real programs do not load RFLAGS but compute, and the emulator keeps flags in a form
// that depends on who set them.

import type { Random } from "../../../../testing/random.js";
import { IN_A, IN_B, IN_FLAGS, STACK_TOP } from "./layout.js";

/** Sets the flags before the registers are loaded. */
export interface Writer {
  text: string;
  /** Code that finds the operand set at RAX and may change RCX, RDX and the stack. */
  code: readonly number[];
  /** Flags it leaves undefined. */
  undefined: number;
}

export const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);

/** JMP to the next instruction: what comes is another block. */
export const NEXT_BLOCK = [0xeb, 0];

const PF = 4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;

/** An instruction on RCX and RDX. */
interface Step {
  text: string;
  /** Opcode for operands of more than a byte. */
  opcode: readonly number[];
  modrm?: number;
  /** The opcode less one is for bytes. */
  bytes?: boolean;
  undefined?: number;
  /** Reads CF. */
  carry?: boolean;
  /** F3. */
  repeat?: boolean;
}

/** ModRM of RCX with RDX, RDX with RCX, and RCX with a digit. */
const INTO_RCX = 0xd1;
const FROM_RDX = 0xca;
const digit = (n: number): number => 0xc1 | (n << 3);

/** Set all flags. */
const WHOLE: readonly Step[] = [
  { text: "add", opcode: [0x01], modrm: INTO_RCX, bytes: true },
  { text: "or", opcode: [0x09], modrm: INTO_RCX, bytes: true, undefined: AF },
  { text: "adc", opcode: [0x11], modrm: INTO_RCX, bytes: true, carry: true },
  { text: "sbb", opcode: [0x19], modrm: INTO_RCX, bytes: true, carry: true },
  { text: "and", opcode: [0x21], modrm: INTO_RCX, bytes: true, undefined: AF },
  { text: "sub", opcode: [0x29], modrm: INTO_RCX, bytes: true },
  { text: "xor", opcode: [0x31], modrm: INTO_RCX, bytes: true, undefined: AF },
  { text: "cmp", opcode: [0x39], modrm: INTO_RCX, bytes: true },
  { text: "test", opcode: [0x85], modrm: INTO_RCX, bytes: true, undefined: AF },
  { text: "neg", opcode: [0xf7], modrm: digit(3), bytes: true },
  { text: "shl 1", opcode: [0xd1], modrm: digit(4), bytes: true, undefined: AF },
  { text: "shr 1", opcode: [0xd1], modrm: digit(5), bytes: true, undefined: AF },
  { text: "sar 1", opcode: [0xd1], modrm: digit(7), bytes: true, undefined: AF },
  { text: "imul", opcode: [0x0f, 0xaf], modrm: FROM_RDX, undefined: SF | ZF | AF | PF },
  { text: "popcnt", opcode: [0x0f, 0xb8], modrm: FROM_RDX, repeat: true },
  { text: "tzcnt", opcode: [0x0f, 0xbc], modrm: FROM_RDX, repeat: true, undefined: OF | SF | PF | AF },
];

/** Change some of them, or none when they like. */
const PARTIAL: readonly Step[] = [
  { text: "inc", opcode: [0xff], modrm: digit(0), bytes: true },
  { text: "dec", opcode: [0xff], modrm: digit(1), bytes: true },
  { text: "rol 1", opcode: [0xd1], modrm: digit(0), bytes: true },
  { text: "ror 1", opcode: [0xd1], modrm: digit(1), bytes: true },
  { text: "rcl 1", opcode: [0xd1], modrm: digit(2), bytes: true },
  { text: "rcr 1", opcode: [0xd1], modrm: digit(3), bytes: true },
  { text: "rol cl", opcode: [0xd3], modrm: digit(0), bytes: true, undefined: OF },
  { text: "shl cl", opcode: [0xd3], modrm: digit(4), bytes: true, undefined: AF | OF },
  { text: "sar cl", opcode: [0xd3], modrm: digit(7), bytes: true, undefined: AF | OF },
  { text: "bt", opcode: [0x0f, 0xa3], modrm: INTO_RCX, undefined: OF | SF | AF | PF },
  { text: "clc", opcode: [0xf8] },
  { text: "stc", opcode: [0xf9] },
  { text: "cmc", opcode: [0xf5] },
];

/** `whole`: RFLAGS are loaded, the direction too; `defined`: flags that must not be undefined. */
export function chooseWriter(random: Random, whole: boolean, defined: number): Writer {
  const kind = whole ? 0 : random.below(6);
  const stack = [0xbc, ...u32(STACK_TOP)];
  // push [rax+flags]; popfq
  if (kind === 0) return { text: "popfq", code: [...stack, 0xff, 0xb0, ...u32(IN_FLAGS), 0x9d], undefined: 0 };
  if (kind === 1) {
    // mov ecx, [rax+flags]; push rax; mov eax, ecx; shr ecx, 11; and cl, 1; add cl, 7f; xchg al, ah; sahf; pop rax:
    // OF by the addition, the others by SAHF.
    const code = [0x8b, 0x88, ...u32(IN_FLAGS), 0x50, 0x89, 0xc8, 0xc1, 0xe9, 11, 0x80, 0xe1, 1, 0x80, 0xc1, 0x7f];
    return { text: "sahf", code: [...stack, ...code, 0x86, 0xc4, 0x9e, 0x58], undefined: 0 };
  }
  for (;;) {
    const writer = computed(random);
    if ((writer.undefined & defined) === 0) return writer;
  }
}

function computed(random: Random): Writer {
  const first = random.pick(WHOLE);
  const second = random.below(2) === 0 ? random.pick(PARTIAL) : undefined;
  // mov rcx, [rax+a]; mov rdx, [rax+b]; bt dword [rax+flags], 0
  const code = [0x48, 0x8b, 0x88, ...u32(IN_A), 0x48, 0x8b, 0x90, ...u32(IN_B)];
  if (first.carry) code.push(0x0f, 0xba, 0xa0, ...u32(IN_FLAGS), 0);
  let text = "";
  let undefinedFlags = 0;
  for (const step of [first, second]) {
    if (!step) continue;
    const size = random.pick(step.bytes ? [8, 16, 32, 64] : [16, 32, 64]);
    if (step.modrm === undefined) code.push(...step.opcode);
    else {
      if (size === 16) code.push(0x66);
      if (step.repeat) code.push(0xf3);
      if (size === 64) code.push(0x48);
      code.push(...step.opcode);
      if (size === 8) code[code.length - 1]! -= 1;
      code.push(step.modrm);
    }
    text += `${text && ", "}${step.text} ${size}`;
    undefinedFlags |= step.undefined ?? 0;
    if (random.below(4) === 0) {
      code.push(...NEXT_BLOCK);
      text += " jmp";
    }
  }
  // The second may define what the first did not: that much need not be known.
  return { text, code, undefined: undefinedFlags };
}
