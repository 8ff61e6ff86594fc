// Operands of DIV and IDIV whose quotient exists: the others fault.

import type { Encoding } from "./encodings.js";

const RAX = 0;
const RDX = 2;

/** Changes the high half of the dividend where the quotient would not fit, and a divisor of 0. `operand` is the offset of the
 *  memory operand in the operand set. */
export function fixDivision(e: Encoding, words: Uint32Array, from: number, operand: number): void {
  const { insn } = e;
  const view = new DataView(words.buffer, words.byteOffset + 4 * from);
  const size = e.row[2].startsWith("Eb") ? 1 : insn.opSize;
  const bits = 8 * size;
  const highByte = size === 1 && insn.rex === 0 && insn.rm >= 4;
  const registerAt = highByte ? 8 * (insn.rm - 4) + 1 : 8 * insn.rm;
  const divisorAt = e.memory === "none" ? registerAt : operand;
  // AH:AL or rDX:rAX.
  const highAt = size === 1 ? 8 * RAX + 1 : 8 * RDX;
  if (get(view, divisorAt, size) === 0n) put(view, divisorAt, size, 1n);
  const low = get(view, 8 * RAX, size);
  const high = get(view, highAt, size);
  const divisor = get(view, divisorAt, size);
  if (e.name === "div") {
    if (high >= divisor) put(view, highAt, size, high % divisor);
    return;
  }
  const signed = (value: bigint) => BigInt.asIntN(bits, value);
  const fits = (dividend: bigint) => {
    const quotient = dividend / signed(divisor);
    return quotient === signed(quotient);
  };
  const dividend = () => BigInt.asIntN(2 * bits, (get(view, highAt, size) << BigInt(bits)) | get(view, 8 * RAX, size));
  if (fits(dividend())) return;
  // A high half that is small beside the divisor, or else just the sign.
  const magnitude = signed(divisor) < 0n ? -signed(divisor) : signed(divisor);
  put(view, highAt, size, BigInt.asUintN(bits, signed(high) % ((magnitude >> 2n) + 1n)));
  if (fits(dividend())) return;
  put(view, highAt, size, signed(low) < 0n ? BigInt.asUintN(bits, -1n) : 0n);
  // The most negative number by -1.
  if (!fits(dividend())) put(view, highAt, size, 0n);
}

function get(view: DataView, at: number, size: number): bigint {
  if (size === 8) return view.getBigUint64(at, true);
  return BigInt(size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at));
}

function put(view: DataView, at: number, size: number, value: bigint): void {
  if (size === 8) view.setBigUint64(at, value, true);
  else if (size === 4) view.setUint32(at, Number(value), true);
  else if (size === 2) view.setUint16(at, Number(value), true);
  else view.setUint8(at, Number(value));
}
