// All rows of the x86 instruction table, and their compiled form: flat arrays the decoder and the emitter index.

import { compileOperand, IMM_NONE, IMM_W, immediateOf, K_A, K_C, K_D, K_M, K_N, K_U, usesModrm } from "./operands.js";
import type { Row } from "./row.js";
import { ARITH_ROWS } from "./table/arith.js";
import { ATOMIC_ROWS } from "./table/atomic.js";
import { BITS_ROWS } from "./table/bits.js";
import { BMI_ROWS } from "./table/bmi.js";
import { BRANCH_ROWS } from "./table/branch.js";
import { FLAGSOPS_ROWS } from "./table/flagsops.js";
import { LOGIC_ROWS } from "./table/logic.js";
import { MISC_ROWS } from "./table/misc.js";
import { MOV_ROWS } from "./table/mov.js";
import { MULDIV_ROWS } from "./table/muldiv.js";
import { SHIFT_ROWS } from "./table/shift.js";
import { SIMD_ROWS } from "./table/simd.js";
import { STACK_ROWS } from "./table/stack.js";
import { STRING_ROWS } from "./table/string.js";
import { SYSTEM_ROWS } from "./table/system.js";
import { X87_ROWS } from "./table/x87.js";

export const ROWS: readonly Row[] = [
  ...ARITH_ROWS,
  ...LOGIC_ROWS,
  ...MOV_ROWS,
  ...SHIFT_ROWS,
  ...BITS_ROWS,
  ...MULDIV_ROWS,
  ...STRING_ROWS,
  ...STACK_ROWS,
  ...BRANCH_ROWS,
  ...FLAGSOPS_ROWS,
  ...BMI_ROWS,
  ...ATOMIC_ROWS,
  ...MISC_ROWS,
  ...SYSTEM_ROWS,
  ...X87_ROWS,
  ...SIMD_ROWS,
];

// Opcode maps: one-byte, 0F, 0F38, 0F3A, then the VEX maps 0F, 0F38, 0F3A.
export const MAP_0F = 1;
export const MAP_0F38 = 2;
export const MAP_0F3A = 3;
export const MAP_VEX = 3;
export const MAPS = 7;

// DecodeTables.modrm64, modrm32: a ModRM byte; one whose mod field counts as 3 whatever it is.
export const MODRM = 1;
export const MODRM_REGISTER = 2;

// Row flags.
export const RF_LOCK = 1;
export const RF_DEFAULT64 = 2;
export const RF_FORCE64 = 4;
export const RF_REPEAT = 8;
/** Some check has to be made before the instruction: protectedOnly, check, cpl0. */
export const RF_CHECKED = 16;

/** How an opcode is written (row.ts) in numbers. */
export interface Encoding {
  map: number;
  opcode: number;
  /** -1: any, 0: none of 66 F3 F2 ("NP"), 1: 66, 2: F3, 3: F2. */
  prefix: number;
  plusR: boolean;
  /** ModRM reg, or -1. */
  reg: number;
  /** 0: both, 1: register, 2: memory form only. */
  form: 0 | 1 | 2;
  /** Whole ModRM byte, or -1. */
  fixed: number;
  modrm: boolean;
  /** The mod field of ModRM is not looked at: rm is a register (MOV to and from control and debug registers). */
  anyMod: boolean;
}

const PREFIXES: Record<string, number> = { NP: 0, "66": 1, F3: 2, F2: 3 };

/** Parses the opcode column of a row; throws on a malformed one (a bug in a table). */
export function parseOpcode(text: string): Encoding {
  const e: Encoding = {
    map: 0,
    opcode: 0,
    prefix: -1,
    plusR: false,
    reg: -1,
    form: 0,
    fixed: -1,
    modrm: false,
    anyMod: false,
  };
  const words = text.trim().split(/\s+/);
  let i = 0;
  if (words.length > 1 && PREFIXES[words[0]!] !== undefined) e.prefix = PREFIXES[words[i++]!]!;
  const vex = /^VEX\.(0F|0F38|0F3A)$/.exec(words[i] ?? "");
  if (vex) {
    e.map = MAP_VEX + (vex[1] === "0F" ? 1 : vex[1] === "0F38" ? 2 : 3);
    i++;
  } else if (words[i] === "0F" && words.length > i + 1) {
    i++;
    e.map = MAP_0F;
    if (words[i] === "38" || words[i] === "3A") e.map = words[i++] === "38" ? MAP_0F38 : MAP_0F3A;
  }
  const opcode = /^([0-9A-F]{2})(\+r)?$/.exec(words[i++] ?? "");
  if (!opcode) throw new Error(`malformed opcode "${text}"`);
  e.opcode = Number.parseInt(opcode[1]!, 16);
  e.plusR = opcode[2] !== undefined;
  for (; i < words.length; i++) {
    const word = words[i]!;
    e.modrm = true;
    if (/^\/[0-7]$/.test(word)) e.reg = Number(word[1]);
    else if (word === "r") e.form = 1;
    else if (word === "m") e.form = 2;
    else if (/^[0-9A-F]{2}$/.test(word)) e.fixed = Number.parseInt(word, 16);
    else if (word !== "/r") throw new Error(`malformed opcode "${text}"`);
  }
  return e;
}

/** The rows a machine offers, ready for decoding. Rows of features that are not offered do not exist, so an encoding falls
 *  back to what it means without them (TZCNT without BMI1 is BSF). */
export class DecodeTables {
  /** Four compiled operands a row. */
  readonly operands: Int32Array;
  readonly imm: Uint8Array;
  readonly imm2: Uint8Array;
  readonly flags: Uint8Array;
  /** Mandatory prefix a row consumes: 0, 1: 66, 2: F3, 3: F2. */
  readonly mandatory: Uint8Array;
  /** [map * 256 + opcode]: 0 nothing, n > 0 row n-1, n < 0 group -n-1. For 64-bit code and for the other modes. */
  readonly map64 = new Int32Array(MAPS * 256);
  readonly map32 = new Int32Array(MAPS * 256);
  /** Whether a ModRM byte follows: MODRM_*. */
  readonly modrm64 = new Uint8Array(MAPS * 256);
  readonly modrm32 = new Uint8Array(MAPS * 256);
  /** Groups of 64: [prefix * 16 + register form * 8 + reg]: 0 nothing, n > 0 row n-1, n < 0 fixed-ModRM table -n-1. */
  groups: Int32Array<ArrayBuffer>;
  /** [table * 8 + rm]: 0 nothing, n > 0 row n-1. */
  fixed: Int32Array<ArrayBuffer>;

  constructor(
    readonly rows: readonly Row[],
    features: ReadonlySet<string> | "all",
  ) {
    const n = rows.length;
    this.operands = new Int32Array(n * 4);
    this.imm = new Uint8Array(n);
    this.imm2 = new Uint8Array(n);
    this.flags = new Uint8Array(n);
    this.mandatory = new Uint8Array(n);
    const groups: number[] = [];
    const fixed: number[] = [];
    const entries: { row: number; e: Encoding }[] = [];
    for (let row = 0; row < n; row++) {
      const [opcode, , operands, , attributes] = rows[row]!;
      const e = parseOpcode(opcode);
      this.compileRow(row, operands, attributes, e);
      const feature = attributes?.feature;
      if (feature === undefined || features === "all" || features.has(feature)) entries.push({ row, e });
    }
    // Rows that say more win over rows that say less, a mandatory prefix above all.
    const score = ({ e }: { e: Encoding }) =>
      (e.prefix >= 0 ? 16 : 0) + (e.form ? 2 : 0) + (e.reg >= 0 ? 4 : 0) + (e.fixed >= 0 ? 8 : 0);
    entries.sort((x, y) => score(x) - score(y) || x.row - y.row);
    for (const { row, e } of entries) {
      const attributes = rows[row]![4];
      for (let r = 0; r < (e.plusR ? 8 : 1); r++) {
        const cell = e.map * 256 + e.opcode + r;
        if (!attributes?.no64) this.place(this.map64, this.modrm64, cell, row, e, groups, fixed);
        if (!attributes?.only64) this.place(this.map32, this.modrm32, cell, row, e, groups, fixed);
      }
    }
    this.groups = Int32Array.from(groups);
    this.fixed = Int32Array.from(fixed);
  }

  private compileRow(row: number, operands: string, attributes: Row[4], e: Encoding): void {
    const codes = operands === "" ? [] : operands.split(",").map((code) => code.trim());
    for (let i = 0; i < codes.length; i++) {
      const operand = compileOperand(codes[i]!);
      this.operands[row * 4 + i] = operand;
      if (usesModrm(operand)) e.modrm = true;
      const kind = operand & 0xff;
      if (kind === K_M) e.form = 2;
      if (kind === K_N || kind === K_U) e.form = 1;
      if (kind === K_C || kind === K_D) e.anyMod = true;
      const imm = immediateOf(operand);
      if (imm === IMM_NONE) continue;
      if (this.imm[row] === IMM_NONE) this.imm[row] = imm;
      else this.imm2[row] = imm;
      if (kind === K_A) this.imm2[row] = IMM_W;
    }
    let flags = 0;
    if (attributes?.lock) flags |= RF_LOCK;
    if (attributes?.default64) flags |= RF_DEFAULT64;
    if (attributes?.force64) flags |= RF_FORCE64;
    if (attributes?.repeat) flags |= RF_REPEAT;
    if (attributes?.protectedOnly || attributes?.check || attributes?.cpl0) flags |= RF_CHECKED;
    this.flags[row] = flags;
    this.mandatory[row] = Math.max(0, e.prefix);
  }

  private place(
    map: Int32Array,
    modrm: Uint8Array,
    cell: number,
    row: number,
    e: Encoding,
    groups: number[],
    fixed: number[],
  ): void {
    if (e.modrm) modrm[cell] = e.anyMod ? MODRM_REGISTER : MODRM;
    const simple = e.prefix < 0 && e.reg < 0 && e.form === 0 && e.fixed < 0;
    const old = map[cell]!;
    if (simple && old === 0) {
      map[cell] = row + 1;
      return;
    }
    let group: number;
    if (old < 0) group = -old - 1;
    else {
      group = groups.length / 64;
      for (let i = 0; i < 64; i++) groups.push(old);
      map[cell] = -(group + 1);
    }
    for (let prefix = 0; prefix < 4; prefix++) {
      if (e.prefix >= 0 && e.prefix !== prefix) continue;
      for (let register = 0; register < 2; register++) {
        if (e.form !== 0 && (e.form === 1) !== (register === 1)) continue;
        for (let reg = 0; reg < 8; reg++) {
          if (e.reg >= 0 && e.reg !== reg) continue;
          const at = group * 64 + prefix * 16 + register * 8 + reg;
          if (e.fixed < 0) {
            groups[at] = row + 1;
            continue;
          }
          if (register !== 1 || ((e.fixed >> 3) & 7) !== reg) continue;
          const was = groups[at]!;
          let table: number;
          if (was < 0) table = -was - 1;
          else {
            table = fixed.length / 8;
            for (let i = 0; i < 8; i++) fixed.push(was);
            groups[at] = -(table + 1);
          }
          fixed[table * 8 + (e.fixed & 7)] = row + 1;
        }
      }
    }
  }
}
