// The x86 branch filter of the xz format.

/** By `before`: how many bytes below the top of this operand the earlier one's top byte is; 8: never converted. */
// @ts-ignore: decorator
@inline function sharedByte(before: u32): u32 {
  return (0x88838210 >>> (before << 2)) & 15;
}

// @ts-ignore: decorator
@inline function isSign(byte: u32): bool {
  return ((byte + 1) & 0xfe) === 0;
}

/** Turns the absolute targets of CALL and JMP in [start, end) back into relative ones. An operand was converted when its
 *  top byte is 0 or FFh, unless one of the three bytes before the opcode looked like an opcode too: `before` has a bit for
 *  each, and tells which byte of this operand that earlier one took for its own top byte. */
export function unpack_x86(start: usize, end: usize): void {
  let before: u32 = 0;
  let last = start - 1;
  let at = start;
  while (at + 4 < end) {
    // Reads up to 11 bytes more than there are, which do not matter.
    const opcodes = i8x16.bitmask(i8x16.eq(v128.and(v128.load(at), i8x16.splat(-2)), i8x16.splat(-24)));
    if (opcodes === 0) {
      at += 16;
      continue;
    }
    at += ctz(opcodes);
    if (at + 4 >= end) return;
    const gap = at - last;
    last = at;
    before = gap > 3 ? 0 : (before << (<u32>gap - 1)) & 7;
    const shared = sharedByte(before);
    if (!isSign(load<u8>(at, 4)) || (before !== 0 && (shared === 8 || isSign(load<u8>(at + 4 - shared))))) {
      before = (before << 1) | 1;
      at++;
      continue;
    }
    const next = <u32>(at - start) + 5;
    let target = load<u32>(at, 1) - next;
    if (before !== 0) {
      const bits = 32 - 8 * shared;
      while (isSign((target >>> (bits - 8)) & 0xff)) target = (target ^ <u32>(((<u64>1) << bits) - 1)) - next;
    }
    store<u32>(at, (target & 0x00ffffff) | (target & 0x1000000 ? 0xff000000 : 0), 1);
    at += 5;
  }
}
