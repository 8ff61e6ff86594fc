// Bytes of the instructions that hostile programs are made of, for 16-, 32- and 64-bit code.

import type { Random } from "../../../../testing/random.js";
import type { Bits } from "./modes.js";

export const u16 = (v: number): number[] => [v & 255, (v >> 8) & 255];
export const u32 = (v: number): number[] => [v & 255, (v >> 8) & 255, (v >> 16) & 255, (v >>> 24) & 255];

export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RSP = 4;
export const RDI = 7;

/** ModRM of [address], with what has to stand before the opcode. */
export function absolute(bits: Bits, reg: number, address: number): { prefix: number[]; modrm: number[] } {
  if (bits === 64) return { prefix: [], modrm: [0x04 | (reg << 3), 0x25, ...u32(address)] };
  return { prefix: bits === 16 ? [0x67] : [], modrm: [0x05 | (reg << 3), ...u32(address)] };
}

/** An instruction on [address]; `wide`: on 32 bits. */
export function onMemory(
  bits: Bits,
  opcode: readonly number[],
  reg: number,
  address: number,
  wide: boolean,
  imm: readonly number[] = [],
) {
  const { prefix, modrm } = absolute(bits, reg, address);
  return [...prefix, ...(wide && bits === 16 ? [0x66] : []), ...opcode, ...modrm, ...imm];
}

/** MOV r32, imm32. */
export function load(bits: Bits, reg: number, value: number): number[] {
  return [...(bits === 16 ? [0x66] : []), 0xb8 | reg, ...u32(value)];
}

/** An instruction on 32 bits. */
export function wide(bits: Bits, ...bytes: number[]): number[] {
  return bits === 16 ? [0x66, ...bytes] : bytes;
}

/** A ModRM byte with what belongs to it: a register, or memory by a register with a small displacement. */
export function anyModrm(bits: Bits, random: Random, reg = random.below(8)): number[] {
  const low = (reg & 7) << 3;
  if (random.below(3) === 0) return [0xc0 | low | random.below(8)];
  const small = random.below(4) === 0 ? random.below(256) : (random.below(9) * 4) & 255;
  if (bits === 16)
    return random.below(4) === 0
      ? [0x06 | low, ...u16(0xe000 + random.below(0x1000))]
      : [0x40 | low | random.below(8), small];
  const base = random.below(8);
  if (base === RSP) return [0x44 | low, random.pick([0x24, 0x0f, 0x5e, 0x8f]), small];
  return random.below(6) === 0 ? [low | (base === 5 ? 6 : base)] : [0x40 | low | base, small];
}
