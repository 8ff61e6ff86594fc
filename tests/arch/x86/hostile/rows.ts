// Any instruction of the table, with any operands.

import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { MAP_0F, MAP_0F3A, MAP_0F38, MAP_VEX, parseOpcode, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import type { Random } from "../../../../testing/random.js";
import { anyModrm, u16, u32 } from "./assembler.js";
import * as A from "./layout.js";
import type { Bits } from "./modes.js";

const SELECTORS = Object.values(A.SEL);
const PREFIXES = [0, 0x66, 0xf3, 0xf2];
const operands = (row: Row): string[] => (row[2] === "" ? [] : row[2].split(",").map((code) => code.trim()));
const needsModrm = (code: string): boolean =>
  /^[EGMQWVPURNSCD]/.test(code) && !/^(DX|CL|DI|eAX|rAX|CS|DS|SS)$/.test(code);

const ALL = ROWS.map((row) => ({ row, codes: operands(row), e: parseOpcode(row[0]) }));

function immediate(code: string, wide: number, bits: Bits, random: Random): number[] {
  const value = random.below(3) ? random.below(256) : random.u32();
  const address = A.DATA + random.below(A.DATA_BYTES);
  switch (code) {
    case "Ib":
    case "Jb":
      return [random.below(4) ? random.below(16) : random.below(256)];
    case "Iw":
      return u16(value);
    case "Iz":
      return wide === 2 ? u16(value) : u32(value);
    case "Iv":
      return wide === 2 ? u16(value) : wide === 4 ? u32(value) : [...u32(value), ...u32(0)];
    case "Jz":
      return bits === 16 ? u16(random.below(24)) : u32(random.below(24));
    case "Ap":
      return [...(bits === 16 ? u16 : u32)(A.CODE + random.below(A.CODE_BYTES)), ...u16(random.pick(SELECTORS))];
    case "Ob":
    case "Ov":
      return bits === 16 ? u16(0xf000) : bits === 32 ? u32(address) : [...u32(address), ...u32(0)];
    default:
      return [];
  }
}

export function anyRow(random: Random, bits: Bits): number[] {
  const { row, codes, e } = random.pick(ALL);
  const out: number[] = [];
  if (random.below(6) === 0) out.push(random.pick([0x66, 0x67, 0xf0, 0xf3, 0xf2, 0x64, 0x65, 0x2e, 0x36]));
  if (e.prefix > 0 && e.map <= MAP_VEX) out.push(PREFIXES[e.prefix]!);
  const opcode = e.opcode + (e.plusR ? random.below(8) : 0);
  let rex = 0;
  if (e.map > MAP_VEX) {
    const vvvv = random.below(16);
    out.push(0xc4, 0xe0 | (e.map - MAP_VEX), (random.below(2) << 7) | (vvvv << 3) | Math.max(e.prefix, 0), opcode);
  } else {
    if (bits === 64 && random.below(2)) {
      rex = 0x40 | random.below(16);
      out.push(rex);
    }
    if (e.map >= MAP_0F) out.push(0x0f);
    if (e.map === MAP_0F38) out.push(0x38);
    if (e.map === MAP_0F3A) out.push(0x3a);
    out.push(opcode);
  }
  if (e.fixed >= 0) out.push(e.fixed);
  else if (e.modrm || codes.some(needsModrm)) {
    const modrm = anyModrm(bits, random, e.reg >= 0 ? e.reg : random.below(8));
    const register = e.form === 1 || codes.some((code) => /^[CDUNR]/.test(code) && code !== "DX");
    out.push(...(register ? [0xc0 | (modrm[0]! & 0x3f)] : modrm));
  }
  const wide = rex & 8 ? 8 : (bits === 16) !== out.includes(0x66) ? 2 : 4;
  for (const code of codes) out.push(...immediate(code, wide, bits, random));
  // Most of the table is about vectors: what belongs to the system is to come often enough.
  return row[4]?.system || random.below(2) ? out : anyRow(random, bits);
}
