// DPPS and DPPD with more than one NaN among the products and sums: the sum of two NaNs is the first operand, and which one
// that is neither manual says (SDM volume 2, DPPS; volume 1, table 4-7).

import { type Execution, operandAddress } from "./execution.js";
import type { VendorRow } from "./row.js";

/** A product or a sum: the bits of a NaN, else a number of which only infinities and signs are exact. */
type Term = bigint | number;

interface Format {
  lanes: number;
  bits: number;
  quiet: bigint;
  /** Sign and quiet bit: what an invalid operation gives. */
  invalid: bigint;
  infinity: bigint;
  /** The largest finite number plus half a unit in its last place: from here on rounding to nearest gives infinity. */
  overflow: number;
}

const SINGLE: Format = {
  lanes: 4,
  bits: 32,
  quiet: 0x400000n,
  invalid: 0xffc00000n,
  infinity: 0x7f800000n,
  overflow: 2 ** 128 - 2 ** 103,
};
/** Of two products, only those that are NaN matter: overflow does not. */
const DOUBLE: Format = {
  lanes: 2,
  bits: 64,
  quiet: 1n << 51n,
  invalid: 0xfff8000000000000n,
  infinity: 0x7ff0000000000000n,
  overflow: Number.POSITIVE_INFINITY,
};

const DENORMALS_ARE_ZEROS = 0x40;

/** For each lane of the result the products in the order they are added: the first half's sum and the second's are added last. */
const ORDER = {
  dpps: {
    intel: [
      [1, 0, 3, 2],
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 3, 0, 1],
    ],
    amd: [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
  },
  dppd: {
    intel: [
      [0, 1],
      [1, 0],
    ],
    amd: [
      [0, 1],
      [0, 1],
    ],
  },
};

const view = new DataView(new ArrayBuffer(8));

function number(f: Format, bits: bigint): number {
  if (f.bits === 64) {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  }
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

/** The operand as an arithmetic step takes it. */
function term(f: Format, bits: bigint, mxcsr: number): Term {
  const magnitude = bits & ((1n << BigInt(f.bits - 1)) - 1n);
  if (magnitude > f.infinity) return bits | f.quiet;
  const denormal = magnitude < f.quiet << 1n;
  const value = number(f, bits);
  return denormal && mxcsr & DENORMALS_ARE_ZEROS ? 0 * Math.sign(value) : value;
}

function multiply(f: Format, a: Term, b: Term, mxcsr: number): Term {
  if (typeof a === "bigint") return a;
  if (typeof b === "bigint") return b;
  const product = a * b;
  if (Number.isNaN(product)) return f.invalid;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return product;
  // The product of two singles is exact here.
  const rounding = (mxcsr >> 13) & 3;
  const largest = f.overflow - 2 ** 103;
  const towards = rounding === 0 ? f.overflow <= Math.abs(product) : largest < Math.abs(product);
  const allowed = rounding === 0 || (rounding === 1 && product < 0) || (rounding === 2 && product > 0);
  return towards && allowed ? Math.sign(product) * Number.POSITIVE_INFINITY : product;
}

function add(f: Format, a: Term, b: Term): Term {
  if (typeof a === "bigint") return a;
  if (typeof b === "bigint") return b;
  const sum = a + b;
  return Number.isNaN(sum) ? f.invalid : sum;
}

function lanes(f: Format, words: ArrayLike<number>): bigint[] {
  if (f.bits === 32) return Array.from({ length: 4 }, (_, k) => BigInt(words[k]!));
  return [0, 2].map((k) => (BigInt(words[k + 1]!) << 32n) | BigInt(words[k]!));
}

function secondOperand(x: Execution): ArrayLike<number> {
  if (x.insn.mod === 3) return x.before.xmm(x.insn.rm);
  const at = operandAddress(x);
  return [0, 4, 8, 12].map((k) => Number(x.before.read(at + BigInt(k), 4)));
}

/** The lanes of a vendor's result that are NaN; undefined for the others. */
function nans(f: Format, products: readonly Term[], order: readonly (readonly number[])[]): (bigint | undefined)[] {
  return order.map((lane) => {
    const [a, b, c, d] = lane.map((k) => products[k]!);
    const first = add(f, a!, b!);
    const sum = f.lanes === 4 ? add(f, first, add(f, c!, d!)) : first;
    return typeof sum === "bigint" ? sum : undefined;
  });
}

function leave(x: Execution, f: Format, results: readonly (bigint | undefined)[]): void {
  const target = x.after.xmm(x.insn.reg);
  results.forEach((bits, lane) => {
    if (bits === undefined || !((x.insn.immLo >> lane) & 1)) return;
    if (f.bits === 32) target[lane] = Number(bits);
    else {
      target[2 * lane] = Number(bits & 0xffffffffn);
      target[2 * lane + 1] = Number(bits >> 32n);
    }
  });
}

export const dotProducts: VendorRow = {
  family: "DPPS, DPPD with more than one NaN among the products and sums",
  name: /^dpp[sd]$/,
  machine: "amd",
  outcomes(x) {
    if (x.faulted) return undefined;
    const f = x.name === "dpps" ? SINGLE : DOUBLE;
    const mxcsr = x.before.mxcsr();
    const a = lanes(f, x.before.xmm(x.insn.reg));
    const b = lanes(f, secondOperand(x));
    const products = a.map((bits, k) => {
      if (!((x.insn.immLo >> (4 + k)) & 1)) return 0;
      return multiply(f, term(f, bits, mxcsr), term(f, b[k]!, mxcsr), mxcsr);
    });
    const order = ORDER[x.name as keyof typeof ORDER];
    const intel = nans(f, products, order.intel);
    const amd = nans(f, products, order.amd);
    if (intel.every((bits, k) => bits === amd[k])) return undefined;
    return { intel: () => leave(x, f, intel), amd: () => leave(x, f, amd) };
  },
};
