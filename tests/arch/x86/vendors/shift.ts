// SHLD and SHRD of 16 bits by more than 16 (mod 32): undefined (SDM volume 2, SHLD). The operands lie behind one another as
// three words and are shifted out of the first; the vendors take another word for the third, and another carry.

import { type Execution, readRm, writeRm16 } from "./execution.js";
import type { VendorRow } from "./row.js";

const CF = 1;
const PF = 4;
const ZF = 0x40;
const SF = 0x80;
const RCX = 1;

function count(x: Execution): number {
  return (x.insn.row[2].endsWith("Ib") ? x.insn.immLo : Number(x.before.gpr(RCX) & 31n)) & 31;
}

function even(byte: number): boolean {
  let ones = 0;
  for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
  return ones % 2 === 0;
}

/** The result, and the bit shifted out last. */
function shifted(left: boolean, first: bigint, second: bigint, third: bigint, by: number): [bigint, number] {
  const n = BigInt(by);
  if (left) {
    const wide = (first << 32n) | (second << 16n) | third;
    return [((wide << n) >> 32n) & 0xffffn, Number((wide >> (48n - n)) & 1n)];
  }
  const wide = (third << 32n) | (second << 16n) | first;
  return [(wide >> n) & 0xffffn, Number((wide >> (n - 1n)) & 1n)];
}

function leave(x: Execution, result: bigint, carry: number): void {
  writeRm16(x, result);
  const r = Number(result);
  const flags = carry | (even(r & 255) ? PF : 0) | (r === 0 ? ZF : 0) | (r & 0x8000 ? SF : 0);
  x.after.setFlags(CF | PF | ZF | SF, flags);
}

export const doubleShifts: VendorRow = {
  family: "SHLD, SHRD of 16 bits by more than 16",
  name: /^(shld|shrd)$/,
  machine: "intel",
  outcomes(x) {
    if (x.faulted || x.insn.opSize !== 2 || count(x) <= 16) return undefined;
    const first = readRm(x, 2);
    const second = x.before.gpr(x.insn.reg) & 0xffffn;
    const left = x.name === "shld";
    return {
      intel: () => leave(x, ...shifted(left, first, second, first, count(x))),
      amd: () => leave(x, shifted(left, first, second, second, count(x))[0], 0),
    };
  },
};
