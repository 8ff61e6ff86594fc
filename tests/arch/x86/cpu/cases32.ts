// The 32-bit corpus: rows of the instruction table in compatibility mode, with 16- and 32-bit operands and addresses.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { DecodeTables, parseOpcode, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE32, M_FLAT, M_PE } from "../../../../src/arch/x86/layout.js";
import { Random } from "../../../../testing/random.js";
import type { Case, Input, Output } from "../corpus/state.js";
import { makeInput } from "../corpus/state.js";
import { covered } from "../corpus/undefined.js";

const decoder = new Decoder(new DecodeTables(ROWS, "all"));

/** Left to the 64-bit corpus: what they do to the x87 state, or where a fault of theirs is reported, has nothing to do with
 *  the mode. */
const ELSEWHERE = /^(emms|maskmov|cvtpi2p)/;

/** Rows that exist outside 64-bit code and that a bare user-mode process can execute. */
function rows(): Row[] {
  return ROWS.filter((row) => {
    const { no64: _, ...attributes } = row[4] ?? {};
    return !attributes.only64 && !ELSEWHERE.test(row[1]) && covered([row[0], row[1], row[2], row[3], attributes]);
  });
}

/** `each` cases of every row; deterministic for a seed. */
export function generate32(seed: number, each: number): Case[] {
  const random = new Random(seed);
  const cases: Case[] = [];
  for (const row of rows()) {
    for (let k = 0; k < each; k++) {
      const insn = new X86Insn();
      const code = encode(row, random);
      if (decoder.decode(insn, code, 0, code.length, M_CODE32 | M_PE | M_FLAT) !== DECODE_OK || insn.row !== row)
        continue;
      const hex = Array.from(code.subarray(0, insn.length), (b) => b.toString(16).padStart(2, "0")).join("");
      const kind = row[4]?.repeat || row[1] === "xlat" ? "s" : insn.mod !== 3 ? "m" : "r";
      cases.push({ name: row[1], code: hex, kind, seed: random.u32() });
    }
  }
  return cases;
}

function encode(row: Row, random: Random): Uint8Array {
  const e = parseOpcode(row[0]);
  const out: number[] = [];
  if (e.map < 4) {
    if (random.below(3) === 0 && e.prefix !== 1) out.push(0x66);
    if (random.below(6) === 0) out.push(0x67);
    if (row[4]?.repeat && random.below(2)) out.push(random.below(2) ? 0xf2 : 0xf3);
    if (e.prefix > 0) out.push([0, 0x66, 0xf3, 0xf2][e.prefix]!);
    if (e.map >= 1) out.push(0x0f);
    if (e.map >= 2) out.push(e.map === 2 ? 0x38 : 0x3a);
  } else out.push(0xc4, 0xe0 | (e.map - 3), (random.below(8) << 3) | 0x40 | Math.max(0, e.prefix));
  out.push(e.opcode | (e.plusR ? random.below(8) : 0));
  if (/\bJ[bz]\b/.test(row[2])) {
    // Forwards, so that nothing loops.
    out.push(1 + random.below(100), 0, 0, 0);
    return Uint8Array.from(out);
  }
  let modrm = random.below(256);
  if (e.fixed >= 0) modrm = e.fixed;
  else {
    if (e.form === 1 || (e.form === 0 && random.below(2))) modrm |= 0xc0;
    else modrm = (random.below(2) << 6) | (modrm & 0x38) | random.pick([3, 6, 7, 4]);
    if (e.reg >= 0) modrm = (modrm & 0xc7) | (e.reg << 3);
  }
  out.push(modrm);
  if (modrm < 0xc0 && (modrm & 7) === 4) out.push((random.below(4) << 6) | 8 | random.pick([3, 6, 7]));
  out.push(random.below(2) ? random.below(256) : (random.below(40) - 20) & 255);
  for (let k = 0; k < 11; k++) out.push(random.below(256));
  return Uint8Array.from(out);
}

export function input32(c: Case): Input {
  const input = makeInput(c);
  for (let k = 0; k < 16; k++) input.gpr[k] = k < 8 ? input.gpr[k]! & 0xffffffffn : 0n;
  return input;
}

/** Leaves out what differs between the oracle's address space and the emulator's: whether an unusable page is present. */
export function normalize(out: Output): Output {
  if (out.trap === 14) out.error &= ~1;
  out.gpr.fill(0n, 8);
  return out;
}
