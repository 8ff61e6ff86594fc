// Damage: cuts, flips, splices, and fields made huge.

import type { Random } from "../../testing/random.js";

const VALUES = [
  0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0xfffff, 0x100000, 0x1000000, 0x3000000, 0x7fffffff, 0x80000000, 0xfffffff0,
];
/** Where headers are: of setup code, ELF files, multiboot. */
const HEADERS = 0x280;

export function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let n = random.below(4); n >= 0; n--) out = once(out, others, random);
  return out;
}

function once(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array<ArrayBuffer> {
  const place = (): number =>
    random.below(Math.max(1, random.below(2) ? Math.min(HEADERS, bytes.length) : bytes.length));
  const out = Uint8Array.from(bytes);
  switch (random.below(8)) {
    case 0:
      return out.slice(0, place());
    case 1:
      for (let n = 1 + random.below(8); n > 0; n--) if (out.length > 0) out[place()]! ^= 1 << random.below(8);
      return out;
    case 2: {
      const other = random.pick(others);
      const at = random.below(other.length + 1);
      const piece = other.subarray(at, at + random.below(5_000));
      out.set(piece.subarray(0, Math.max(0, out.length - place())), Math.max(0, out.length - piece.length));
      return out;
    }
    case 3: {
      const at = place();
      const piece = random.pick(others).subarray(0, random.below(3_000));
      return Uint8Array.from([...out.subarray(0, at), ...piece, ...out.subarray(at, at + 200_000)]);
    }
    default: {
      // A field of 1, 2, 4 or 8 bytes, most often in the headers and where fields are.
      const view = new DataView(out.buffer);
      const size = random.pick([1, 2, 4, 4, 8]);
      const at = Math.min(random.below(3) > 0 ? alignedHeader(random) : place(), out.length - size);
      if (at < 0) return out;
      const value = random.below(3) > 0 ? random.pick(VALUES) + random.below(3) - 1 : random.u32();
      if (size === 1) view.setUint8(at, value);
      else if (size === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      if (size === 8) view.setUint32(at + 4, random.pick([0, 0, 1, 0xffffffff]), true);
      return out;
    }
  }
}

function alignedHeader(random: Random): number {
  return random.pick([0, 0x1f0, 0x200]) + 2 * random.below(0x40);
}
