// Addresses of IPv4 and IPv6, as bytes (4 or 16 of them) and as text.

import { get16 } from "./bytes.js";

/** 4 or 16 bytes. */
export type Address = Uint8Array;

/** Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parse6(text) : parse4(text);
}

export function parse4(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}

export function parse6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(words6);
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const gap = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  const words = [...head, ...new Array<number>(gap).fill(0), ...(tail ?? [])];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function words6(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const last = parts.at(-1)!;
  const mapped = last.includes(".") ? parse4(last) : undefined;
  if (mapped) parts.splice(-1, 1, get16(mapped, 0).toString(16), get16(mapped, 2).toString(16));
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))
    ? parts.map((part) => Number.parseInt(part, 16))
    : undefined;
}

export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join(".");
  const words = Array.from({ length: 8 }, (_, n) => get16(address, 2 * n));
  // The longest run of zeros, two words at least, is "::" (RFC 5952).
  let best = { at: 0, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && words[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (part: number[]): string => part.map((word) => word.toString(16)).join(":");
  if (best.length === 1) return hex(words);
  return `${hex(words.slice(0, best.at))}::${hex(words.slice(best.at + best.length))}`;
}

/** Whether the first `bits` of two addresses of one kind are the same. */
export function samePrefix(a: Address, b: Address, bits: number): boolean {
  if (a.length !== b.length) return false;
  for (let n = 0; n * 8 < bits; n++) {
    const mask = bits - n * 8 >= 8 ? 0xff : (0xff << (8 - (bits - n * 8))) & 0xff;
    if (((a[n]! ^ b[n]!) & mask) !== 0) return false;
  }
  return true;
}

/** An address with the same first `bits`, and `host` in the rest. */
export function within(net: Address, bits: number, host: number): Address {
  const address = net.slice();
  for (let bit = bits; bit < address.length * 8; bit++) address[bit >> 3]! &= ~(0x80 >> (bit & 7));
  let rest = host;
  for (let at = address.length - 1; at >= 0 && rest > 0; at--) {
    address[at]! |= rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  return address;
}
