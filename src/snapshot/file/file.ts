// A saved state as a file: eight letters, the format, then frames. A frame has a kind, a codec, its length as it is stored and as it is,
// and a checksum of what it is; its bytes follow. All numbers are u32, little-endian. The frames: the header; a section for each part of
// the machine, in board order; how large RAM is; pages of RAM, up to 256 at once, their numbers before their bytes; an end with the number
// of frames before it. Nothing is given out before all of it was checked.

import { deflateSync, inflateSync } from "fflate";
import { crc32 } from "../../base/crc32.js";
import { encodeText } from "../../base/text.js";
import { StateError, type StateValue } from "../../devices/state.js";
import { FORMAT, type Section, type Snapshot, type SnapshotHeader } from "../container.js";
import { PAGE, type Pages } from "../pages.js";
import { decodeValue, encodeValue } from "./values.js";

const MAGIC = encodeText("wasmSNAP");
const START = MAGIC.length + 4;
const FRAME = 20;

const HEADER = 1;
const SECTION = 2;
const RAM = 3;
const PAGES = 4;
const END = 5;

const STORED = 0;
const DEFLATED = 1;

const PAGES_AT_ONCE = 256;
/** Bytes of all frames but those of pages: devices have a few megabytes at most. Whoever made the file may mean harm. */
const MOST = 1 << 26;
const MOST_IN_PAGES = PAGES_AT_ONCE * (PAGE + 4);
/** Pages of a guest compress well even so, and three times as fast as with more. */
const LEVEL = 1;

/** In pieces, as it is made. */
export function* writeSnapshot({ header, sections, ram }: Snapshot): Generator<Uint8Array> {
  let frames = 0;
  const framed = (kind: number, bytes: Uint8Array): Uint8Array => {
    frames++;
    return frame(kind, bytes);
  };
  yield joined(MAGIC, words(FORMAT));
  yield framed(HEADER, encodeValue({ ...header, options: { ...header.options } }));
  for (const { id, version, state } of sections) yield framed(SECTION, encodeValue([id, version, state]));
  yield framed(RAM, words(ram.size / PAGE, ram.numbers.length));
  for (let at = 0; at < ram.numbers.length; at += PAGES_AT_ONCE) {
    const numbers = ram.numbers.subarray(at, at + PAGES_AT_ONCE);
    const bytes = ram.bytes.subarray(at * PAGE, (at + numbers.length) * PAGE);
    yield framed(PAGES, joined(words(...numbers), bytes));
  }
  yield frame(END, words(frames));
}

/** Of a machine that has `ramSize` bytes of RAM: no more is unpacked. Throws StateError, one sentence, for what writeSnapshot() does not write. */
export function readSnapshot(file: Uint8Array, ramSize: number): Snapshot {
  if (!MAGIC.every((byte, k) => file[k] === byte)) throw new StateError("Saved state: the file is none");
  const frames = new Frames(file);
  const { format } = frames;
  if (format !== FORMAT)
    throw new StateError(`Saved state: its format is ${format}, and this program reads format ${FORMAT}`);
  const header = headerOf(decodeValue(frames.next(HEADER)));
  const sections: Section[] = [];
  while (frames.kind === SECTION) sections.push(sectionOf(decodeValue(frames.next(SECTION))));
  const [pages = 0, count = 0] = frames.words(RAM, 2);
  // A smaller RAM is told of by checkHeader().
  if (pages > Math.ceil(ramSize / PAGE))
    throw new StateError(`Saved state: ${pages * PAGE} bytes of RAM, and this machine has ${ramSize}`);
  if (count > pages) throw damaged();
  const ram = readPages(frames, pages, count);
  const before = frames.passed;
  const [total] = frames.words(END, 1);
  if (total !== before || !frames.ended) throw damaged();
  return { header, sections, ram };
}

function readPages(frames: Frames, pages: number, count: number): Pages {
  const pieces: Uint8Array[] = [];
  const numbers: number[] = [];
  while (frames.kind === PAGES) {
    const bytes = frames.next(PAGES);
    const here = bytes.length / (PAGE + 4);
    if (!Number.isInteger(here) || numbers.length + here > count) throw damaged();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let k = 0; k < here; k++) numbers.push(view.getUint32(4 * k, true));
    pieces.push(bytes.subarray(4 * here));
  }
  if (numbers.length !== count) throw damaged();
  return { size: pages * PAGE, numbers: Uint32Array.from(numbers), bytes: joined(...pieces) };
}

class Frames {
  passed = 0;
  private at = START;
  private left = MOST;
  private readonly view: DataView;

  constructor(private readonly file: Uint8Array) {
    if (file.length < START) throw damaged();
    this.view = new DataView(file.buffer, file.byteOffset, file.length);
  }

  get format(): number {
    return this.view.getUint32(MAGIC.length, true);
  }

  get ended(): boolean {
    return this.at === this.file.length;
  }

  /** Of the next frame; undefined where none begins. */
  get kind(): number | undefined {
    return this.at + FRAME <= this.file.length ? this.view.getUint32(this.at, true) : undefined;
  }

  next(kind: number): Uint8Array {
    if (this.kind !== kind) throw damaged();
    const [codec, stored, length, sum] = [4, 8, 12, 16].map((offset) => this.view.getUint32(this.at + offset, true));
    this.at += FRAME;
    if (kind !== PAGES) this.left -= length!;
    const fits = kind === PAGES ? length! <= MOST_IN_PAGES : this.left >= 0;
    if (stored! > this.file.length - this.at || !fits) throw damaged();
    const bytes = unpack(codec!, this.file.subarray(this.at, this.at + stored!), length!);
    if (bytes.length !== length || crc32(bytes) !== sum) throw damaged();
    this.at += stored!;
    this.passed++;
    return bytes;
  }

  words(kind: number, count: number): number[] {
    const bytes = this.next(kind);
    if (bytes.length !== 4 * count) throw damaged();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, k) => view.getUint32(4 * k, true));
  }
}

function unpack(codec: number, bytes: Uint8Array, length: number): Uint8Array {
  if (codec === STORED) return bytes;
  // Deflate makes at most 1,032 bytes of one.
  if (codec !== DEFLATED || length > 1032 * bytes.length + 64) throw damaged();
  try {
    return inflateSync(bytes, { out: new Uint8Array(length) });
  } catch {
    throw damaged();
  }
}

function frame(kind: number, bytes: Uint8Array): Uint8Array {
  const packed = deflateSync(bytes, { level: LEVEL });
  const stored = packed.length < bytes.length ? packed : bytes;
  const codec = stored === packed ? DEFLATED : STORED;
  return joined(words(kind, codec, stored.length, bytes.length, crc32(bytes)), stored);
}

function headerOf(value: StateValue): SnapshotHeader {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged();
  // checkHeader() looks at what is in it.
  return value as unknown as SnapshotHeader;
}

function sectionOf(value: StateValue): Section {
  if (!Array.isArray(value) || value.length !== 3) throw damaged();
  const [id, version, state] = value;
  // checkSections() looks at the rest.
  return { id, version, state } as Section;
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, k) => void view.setUint32(4 * k, value, true));
  return bytes;
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function damaged(): StateError {
  return new StateError("Saved state: the file is damaged or cut off");
}
