// Decodes one instruction into an Insn that is reused: no allocation, no lookups but in flat arrays (tables.ts).
// Intel SDM volume 2, chapter 2 (instruction format) and appendix A (opcode maps).

import { CS, DS, ES, FS, GS, M_CODE32, M_CODE64, M_PE, M_VM, SS } from "../layout.js";
import type { Insn } from "./insn.js";
import { IMM_B, IMM_D, IMM_NONE, IMM_O, IMM_V, IMM_W, IMM_Z } from "./operands.js";
import type { Row } from "./row.js";
import {
  type DecodeTables,
  MAP_0F,
  MAP_0F3A,
  MAP_0F38,
  MAP_VEX,
  MODRM_REGISTER,
  RF_DEFAULT64,
  RF_FORCE64,
  RF_LOCK,
} from "./tables.js";

export const DECODE_OK = 0;
/** No such instruction (`length` is what was looked at). */
export const DECODE_UNDEFINED = 1;
/** The bytes end before the instruction does. */
export const DECODE_TRUNCATED = 2;
/** More than 15 bytes: #GP(0). */
export const DECODE_TOO_LONG = 3;

export const MAX_INSN_BYTES = 15;

export class X86Insn implements Insn {
  row!: Row;
  rowIndex = 0;
  start = 0;
  length = 0;
  opSize: 2 | 4 | 8 = 4;
  addrSize: 2 | 4 | 8 = 8;
  rep: 0 | 0xf2 | 0xf3 = 0;
  data16 = false;
  lock = false;
  rex = 0;
  segment = -1;
  opcode = 0;
  modrm = 0;
  mod = 0;
  reg = 0;
  rm = 0;
  base = -1;
  index = -1;
  scale: 0 | 1 | 2 | 3 = 0;
  disp = 0;
  ripRelative = false;
  vex = 0;
  vvvv = 0;
  vexL = 0;
  immLo = 0;
  immHi = 0;
  imm2 = 0;
}

/** Legacy prefixes. */
const IS_PREFIX = new Uint8Array(256);
for (const byte of [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]) IS_PREFIX[byte] = 1;

// 16-bit addressing: base and index by rm.
const BASE16 = [3, 3, 5, 5, 6, 7, 5, 3];
const INDEX16 = [6, 7, 6, 7, -1, -1, -1, -1];

export class Decoder {
  private at = 0;

  constructor(private readonly tables: DecodeTables) {}

  /** Decodes the instruction at code[start], which may use bytes before `limit`, in a guest mode (M_* bits). Gives
   *  DECODE_*; `insn.length` is set in every case, `insn.start` in none. */
  decode(insn: X86Insn, code: Uint8Array, start: number, limit: number, mode: number): number {
    const status = this.parse(insn, code, start, mode);
    insn.length = this.at - start;
    if (this.at > limit) return limit - start >= MAX_INSN_BYTES ? DECODE_TOO_LONG : DECODE_TRUNCATED;
    if (insn.length > MAX_INSN_BYTES) return DECODE_TOO_LONG;
    return status;
  }

  /** Reads past the limit give garbage, which decode() notices by the position. */
  private parse(insn: X86Insn, code: Uint8Array, start: number, mode: number): number {
    const tables = this.tables;
    const code64 = (mode & M_CODE64) !== 0;
    let at = start;
    let rep: 0 | 0xf2 | 0xf3 = 0;
    let data16 = false;
    let addr = false;
    let lock = false;
    let rex = 0;
    let segment = -1;
    let byte = 0;
    const end = start + MAX_INSN_BYTES;

    for (;;) {
      if (at >= end) {
        this.at = at + 1;
        return DECODE_TOO_LONG;
      }
      byte = code[at++]! | 0;
      if (IS_PREFIX[byte] === 0) {
        if (!code64 || (byte & 0xf0) !== 0x40) break;
        rex = byte;
        continue;
      }
      switch (byte) {
        case 0x66:
          data16 = true;
          break;
        case 0x67:
          addr = true;
          break;
        case 0xf0:
          lock = true;
          break;
        case 0xf2:
        case 0xf3:
          rep = byte;
          break;
        case 0x26:
          if (!code64) segment = ES;
          break;
        case 0x2e:
          if (!code64) segment = CS;
          break;
        case 0x36:
          if (!code64) segment = SS;
          break;
        case 0x3e:
          if (!code64) segment = DS;
          break;
        case 0x64:
          segment = FS;
          break;
        case 0x65:
          segment = GS;
          break;
      }
      // A REX prefix counts only right before the opcode.
      rex = 0;
    }

    let map = 0;
    let vex = 0;
    let prefix = rep === 0xf3 ? 2 : rep === 0xf2 ? 3 : data16 ? 1 : 0;
    if (byte === 0x0f) {
      byte = code[at++]! | 0;
      map = MAP_0F;
      if (byte === 0x38 || byte === 0x3a) {
        map = byte === 0x38 ? MAP_0F38 : MAP_0F3A;
        byte = code[at++]! | 0;
      }
    } else if ((byte === 0xc4 || byte === 0xc5) && (code64 || (code[at]! | 0) >= 0xc0)) {
      // VEX: outside 64-bit code these are LES and LDS with a memory operand, and nothing in real and virtual-8086 mode.
      if (rex || lock || rep || data16 || (mode & (M_PE | M_VM)) !== M_PE) {
        this.at = at;
        return DECODE_UNDEFINED;
      }
      vex = byte;
      const p1 = code[at++]! | 0;
      let last = p1;
      map = 1;
      rex = 0x40 | (p1 & 0x80 ? 0 : 4);
      if (byte === 0xc4) {
        last = code[at++]! | 0;
        rex |= (p1 & 0x40 ? 0 : 2) | (p1 & 0x20 ? 0 : 1) | (last & 0x80 ? 8 : 0);
        map = p1 & 31;
      }
      if (!code64) rex = 0x40;
      insn.vvvv = (~last >> 3) & (code64 ? 15 : 7);
      insn.vexL = (last >> 2) & 1;
      const pp = last & 3;
      prefix = pp;
      if (map < 1 || map > 3) {
        this.at = at;
        return DECODE_UNDEFINED;
      }
      map += MAP_VEX;
      byte = code[at++]! | 0;
    }

    insn.rep = rep;
    insn.data16 = data16;
    insn.lock = lock;
    insn.rex = rex;
    insn.segment = segment;
    insn.opcode = byte;
    insn.vex = vex;
    const addrSize = code64 ? (addr ? 4 : 8) : ((mode & M_CODE32) !== 0) !== addr ? 4 : 2;
    insn.addrSize = addrSize;

    const cell = (map << 8) | byte;
    let entry = (code64 ? tables.map64 : tables.map32)[cell]!;
    if (entry === 0) {
      this.at = at;
      return DECODE_UNDEFINED;
    }
    let modrm = 0;
    const kind = (code64 ? tables.modrm64 : tables.modrm32)[cell]!;
    if (kind !== 0) {
      modrm = code[at++]! | (kind === MODRM_REGISTER ? 0xc0 : 0);
      insn.modrm = modrm;
      const mod = modrm >> 6;
      insn.mod = mod;
      insn.reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
      insn.ripRelative = false;
      if (mod === 3) insn.rm = (modrm & 7) | ((rex & 1) << 3);
      else {
        insn.rm = modrm & 7;
        at = addrSize === 2 ? memory16(insn, code, at) : memory(insn, code, at, rex, code64);
      }
    } else {
      insn.mod = 3;
      insn.rm = (byte & 7) | ((rex & 1) << 3);
    }
    if (entry < 0) {
      const group = (-entry - 1) * 64 + (modrm >= 0xc0 ? 8 : 0) + ((modrm >> 3) & 7);
      entry = tables.groups[group + prefix * 16]!;
      if (entry === 0 && prefix >= 2 && data16) entry = tables.groups[group + 16]!;
      if (entry < 0) entry = tables.fixed[(-entry - 1) * 8 + (modrm & 7)]!;
      if (entry === 0) {
        this.at = at;
        return DECODE_UNDEFINED;
      }
    }
    const row = entry - 1;
    insn.rowIndex = row;
    insn.row = tables.rows[row]!;
    const flags = tables.flags[row]!;
    const mandatory = tables.mandatory[row]!;
    if (mandatory >= 2) insn.rep = 0;
    const narrow = data16 && mandatory !== 1;
    if (code64) {
      if (rex & 8 || flags & RF_FORCE64) insn.opSize = 8;
      else if (narrow) insn.opSize = 2;
      else insn.opSize = flags & RF_DEFAULT64 ? 8 : 4;
    } else insn.opSize = ((mode & M_CODE32) !== 0) !== narrow ? 4 : 2;
    if (mandatory === 1 && insn.opSize === 2) insn.opSize = 4;

    const imm = tables.imm[row]!;
    if (imm !== IMM_NONE) at = immediate(insn, code, at, imm, tables.imm2[row]!);
    this.at = at;
    if (lock && (!(flags & RF_LOCK) || insn.mod === 3)) return DECODE_UNDEFINED;
    return DECODE_OK;
  }
}

function read32(code: Uint8Array, at: number): number {
  return code[at]! | 0 | ((code[at + 1]! | 0) << 8) | ((code[at + 2]! | 0) << 16) | ((code[at + 3]! | 0) << 24);
}

function read16(code: Uint8Array, at: number): number {
  return code[at]! | 0 | ((code[at + 1]! | 0) << 8);
}

function memory(insn: X86Insn, code: Uint8Array, at: number, rex: number, code64: boolean): number {
  const mod = insn.mod;
  let base = insn.rm;
  let index = -1;
  if (base === 4) {
    const sib = code[at++]! | 0;
    base = sib & 7;
    index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    insn.scale = (sib >> 6) as 0 | 1 | 2 | 3;
    if (index === 4) index = -1;
    if (base === 5 && mod === 0) {
      insn.base = -1;
      insn.index = index;
      insn.disp = read32(code, at);
      return at + 4;
    }
  } else if (base === 5 && mod === 0) {
    insn.base = -1;
    insn.index = -1;
    insn.ripRelative = code64;
    insn.disp = read32(code, at);
    return at + 4;
  }
  insn.base = base | ((rex & 1) << 3);
  insn.index = index;
  if (mod === 0) {
    insn.disp = 0;
    return at;
  }
  if (mod === 1) {
    insn.disp = ((code[at]! | 0) << 24) >> 24;
    return at + 1;
  }
  insn.disp = read32(code, at);
  return at + 4;
}

function memory16(insn: X86Insn, code: Uint8Array, at: number): number {
  const rm = insn.rm;
  insn.scale = 0;
  if (insn.mod === 0 && rm === 6) {
    insn.base = -1;
    insn.index = -1;
    insn.disp = read16(code, at);
    return at + 2;
  }
  insn.base = BASE16[rm]!;
  insn.index = INDEX16[rm]!;
  if (insn.mod === 0) {
    insn.disp = 0;
    return at;
  }
  if (insn.mod === 1) {
    insn.disp = ((code[at]! | 0) << 24) >> 24;
    return at + 1;
  }
  insn.disp = (read16(code, at) << 16) >> 16;
  return at + 2;
}

function immediate(insn: X86Insn, code: Uint8Array, at: number, kind: number, second: number): number {
  switch (kind) {
    case IMM_B:
      insn.immLo = ((code[at++]! | 0) << 24) >> 24;
      insn.immHi = insn.immLo >> 31;
      break;
    case IMM_W:
      insn.immLo = (read16(code, at) << 16) >> 16;
      insn.immHi = insn.immLo >> 31;
      at += 2;
      break;
    case IMM_D:
      insn.immLo = read32(code, at);
      insn.immHi = insn.immLo >> 31;
      at += 4;
      break;
    case IMM_Z:
    case IMM_V:
      if (insn.opSize === 2) {
        insn.immLo = (read16(code, at) << 16) >> 16;
        insn.immHi = insn.immLo >> 31;
        at += 2;
      } else if (kind === IMM_V && insn.opSize === 8) {
        insn.immLo = read32(code, at);
        insn.immHi = read32(code, at + 4);
        at += 8;
      } else {
        insn.immLo = read32(code, at);
        insn.immHi = insn.immLo >> 31;
        at += 4;
      }
      break;
    case IMM_O:
      insn.immHi = 0;
      if (insn.addrSize === 2) insn.immLo = read16(code, at);
      else insn.immLo = read32(code, at);
      if (insn.addrSize === 8) insn.immHi = read32(code, at + 4);
      at += insn.addrSize;
      break;
  }
  if (second === IMM_B) insn.imm2 = code[at++]! | 0;
  else if (second === IMM_W) {
    insn.imm2 = read16(code, at);
    at += 2;
  }
  return at;
}
