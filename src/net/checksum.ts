// The Internet checksum (RFC 1071).

/** Adds 16-bit words of `bytes`, big-endian, an odd byte at the end filled up with zero. Sums stay exact up to 4 GiB of them. */
export function addWords(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let total = sum;
  const even = end - ((end - start) & 1);
  let at = start;
  for (; at < even; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  return at < end ? total + (bytes[at]! << 8) : total;
}

/** The ones' complement sum in 16 bits. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/** The checksum as it stands in a header: 0 when a header that has one is right. */
export function checksum(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  return ~fold(addWords(bytes, start, end, sum)) & 0xffff;
}

/** Sum of the pseudo header of TCP, UDP and ICMPv6: addresses of 4 or 16 bytes, one behind the other, from `addresses` on. */
export function pseudoHeader(
  bytes: Uint8Array,
  addresses: number,
  size: 4 | 16,
  protocol: number,
  length: number,
): number {
  return addWords(bytes, addresses, addresses + 2 * size, protocol + (length & 0xffff) + Math.floor(length / 0x10000));
}
