// Prefixes that the corpus' generator does not put before an instruction.

import type { Row } from "../../../../src/arch/x86/frontend/row.js";
import { MAP_VEX, parseOpcode } from "../../../../src/arch/x86/frontend/tables.js";
import type { Random } from "../../../../testing/random.js";

/** Segments that 64-bit code does not look at. */
const SEGMENTS = [0x26, 0x2e, 0x36, 0x3e];
/** Have 16-bit operands beside their mandatory prefix. */
const NARROW = /^(popcnt|tzcnt|lzcnt|crc32)$/;
/** What they do with 16 bits is undefined. */
const NOT_NARROW = /^bswap$/;

/** Often the bytes as they are. The operand size may make immediates shorter: bytes at the end are then none of its own. */
export function morePrefixes(row: Row, bytes: Uint8Array, random: Random): Uint8Array {
  const [opcode, name, operands, , attributes] = row;
  const e = parseOpcode(opcode);
  // Elsewhere they have other meanings; branches with 66 differ between vendors.
  if (e.map > MAP_VEX || attributes?.check || /^J/.test(operands)) return bytes;
  const more: number[] = [];
  if ((e.prefix < 0 || NARROW.test(name)) && !NOT_NARROW.test(name) && random.below(6) === 0) more.push(0x66);
  if (attributes?.repeat && random.below(6) === 0) more.push(0x67);
  if (random.below(8) === 0) more.push(random.pick(SEGMENTS));
  return more.length > 0 ? Uint8Array.from([...more, ...bytes]) : bytes;
}
