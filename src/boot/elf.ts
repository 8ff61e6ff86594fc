// Reader of ELF executables for little-endian 32-bit and 64-bit machines.

import { alignUp, Reader } from "./bytes.js";

export const EM_386 = 3;
export const EM_X86_64 = 62;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_X = 1;
const ENTRY = 0x18;

export interface ElfSegment {
  /** Where it lies in the file, and how much of it does; the rest up to `size` is zeros. */
  offset: number;
  fileSize: number;
  address: number;
  size: number;
}

export interface Elf {
  bits: 32 | 64;
  machine: number;
  /** Position-independent: may be anywhere, where its addresses begin with 0. */
  movable: boolean;
  /** Physical where it lies in a segment with code: kernels that are linked for a high address name a virtual one. */
  entry: number;
  /** To be loaded at their physical addresses. */
  segments: ElfSegment[];
  /** The contents of its PT_NOTE segments. */
  notes: Uint8Array[];
  /** Where its section headers end, which are the last thing in a file as linkers write it; 0 without any. */
  end: number;
}

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 52 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Parses the headers. Throws RangeError saying what is wrong with the file. The work is bounded by the file: headers lie in it one
 * behind the other, and notes that lie in it are only looked at where one is wanted.
 */
export function parseElf(bytes: Uint8Array): Elf {
  if (!isElf(bytes)) throw new RangeError("is not an ELF file");
  const wide = bytes[4] === 2;
  if ((!wide && bytes[4] !== 1) || bytes[5] !== 1) throw new RangeError("is not a little-endian ELF file");
  const file = new Reader(bytes);
  const word = (offset: number) => (wide ? file.u64(offset) : file.u32(offset));
  const truncated = () => new RangeError(`is truncated: its ELF headers do not fit into ${bytes.length} bytes`);
  if (bytes.length < (wide ? 64 : 52)) throw truncated();
  const table = word(wide ? 0x20 : 0x1c);
  const stride = file.u16(wide ? 0x36 : 0x2a);
  const count = file.u16(wide ? 0x38 : 0x2c);
  const header = wide ? 56 : 32;
  if (count > 0 && stride !== header) {
    throw new RangeError(`is damaged: its program headers have ${stride} bytes each, not ${header}`);
  }
  if (table + count * stride > bytes.length) throw truncated();
  const sections = file.u16(wide ? 0x3a : 0x2e) * file.u16(wide ? 0x3c : 0x30);
  const end = sections === 0 ? 0 : word(wide ? 0x28 : 0x20) + sections;
  const elf: Elf = {
    ...{ bits: wide ? 64 : 32, machine: file.u16(0x12), movable: file.u16(0x10) === ET_DYN, entry: word(ENTRY) },
    ...{ segments: [], notes: [], end },
  };
  for (let at = table; at < table + count * stride; at += stride) {
    const type = file.u32(at);
    const [offset, address, fileSize, size] = wide
      ? [word(at + 8), word(at + 24), word(at + 32), word(at + 40)]
      : [word(at + 4), word(at + 12), word(at + 16), word(at + 20)];
    if (type !== PT_LOAD && type !== PT_NOTE) continue;
    if (offset + fileSize > bytes.length) {
      throw new RangeError(`is truncated: it should have ${offset + fileSize} bytes or more, not ${bytes.length}`);
    }
    if (type === PT_LOAD && fileSize > size) {
      throw new RangeError(`is damaged: a segment has ${fileSize} bytes in the file, but ${size} in memory`);
    }
    if (type === PT_LOAD && size > 0) elf.segments.push({ offset, fileSize, address, size });
    if (type === PT_LOAD && file.u32(at + (wide ? 4 : 24)) & PF_X) {
      const inside = file.difference(ENTRY, at + (wide ? 16 : 8), wide);
      if (inside >= 0 && inside < fileSize) elf.entry = address + inside;
    }
    if (type === PT_NOTE) elf.notes.push(bytes.subarray(offset, offset + fileSize));
  }
  const noteBytes = elf.notes.reduce((sum, notes) => sum + notes.length, 0);
  if (noteBytes > bytes.length) throw new RangeError("is damaged: its notes overlap");
  return elf;
}

/** The data of the first note of that owner and type. */
export function findNote({ notes }: Elf, owner: string, type: number): Uint8Array | undefined {
  for (const bytes of notes) {
    const file = new Reader(bytes);
    for (let at = 0; at + 12 <= bytes.length; ) {
      const ownerSize = file.u32(at);
      const size = file.u32(at + 4);
      const data = at + 12 + alignUp(ownerSize, 4);
      if (data + size > bytes.length) break;
      if (file.u32(at + 8) === type && ownerSize === owner.length + 1 && isText(bytes, at + 12, owner))
        return bytes.subarray(data, data + size);
      at = data + alignUp(size, 4);
    }
  }
  return undefined;
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let n = 0; n < text.length; n++) if (bytes[at + n] !== text.charCodeAt(n)) return false;
  return true;
}
