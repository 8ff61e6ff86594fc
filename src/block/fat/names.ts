// Names in directories of FAT: one of 8 + 3 capital letters, and before it the real one in pieces of 13 units of UTF-16 (Microsoft's "FAT: General
// Overview of On-Disk Format", section "FAT Long Directory Entries").

export const ENTRY_BYTES = 32;
export const MOST_UNITS = 255;
const UNITS = 13;
const LONG = 0x0f;
const LAST = 0x40;
/** Where the units of a piece are. */
const PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/** 11 characters that no other name of `taken` has; it is added to those. */
export function shortName(name: string, taken: Set<string>): string {
  const plain = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9_-]/g, "_");
  const dot = name.lastIndexOf(".");
  const base = plain(dot > 0 ? name.slice(0, dot) : name);
  const extension = plain(dot > 0 ? name.slice(dot + 1) : "")
    .slice(0, 3)
    .padEnd(3);
  for (let number = 1; ; number++) {
    const tail = `~${number}`;
    const short = base.slice(0, 8 - tail.length) + tail;
    const whole = short.padEnd(8) + extension;
    if (taken.has(whole)) continue;
    taken.add(whole);
    return whole;
  }
}

export function writeShort(bytes: Uint8Array, short: string): void {
  for (let k = 0; k < 11; k++) bytes[k] = short.charCodeAt(k);
}

/** The entries that stand before that of `short`. */
export function longEntries(name: string, short: string): Uint8Array {
  let sum = 0;
  for (let k = 0; k < 11; k++) sum = (((sum & 1) << 7) + (sum >> 1) + short.charCodeAt(k)) & 0xff;
  const pieces = Math.ceil(name.length / UNITS);
  const bytes = new Uint8Array(pieces * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  for (let piece = 0; piece < pieces; piece++) {
    const at = (pieces - 1 - piece) * ENTRY_BYTES;
    bytes[at] = (piece + 1) | (piece === pieces - 1 ? LAST : 0);
    bytes[at + 11] = LONG;
    bytes[at + 13] = sum;
    for (const [k, place] of PLACES.entries()) {
      const index = piece * UNITS + k;
      // A zero ends it, where there is room for one.
      const unit = index < name.length ? name.charCodeAt(index) : index === name.length ? 0 : 0xffff;
      view.setUint16(at + place, unit, true);
    }
  }
  return bytes;
}
