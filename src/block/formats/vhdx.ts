// VHDX (Hyper-V), [MS-VHDX]: two headers, a table of regions, metadata, a table of blocks. One whose log was not replayed is refused.

import { readBlockTable } from "./block-table.js";
import { ascii, bytesOf, u64le, viewOf } from "./bytes.js";
import type { Format } from "./format.js";
import { hex, type ImageFile } from "./image-file.js";
import { SparseImage } from "./sparse-image.js";
import { runLater, type Steps } from "./steps.js";

const HEADERS = [65536, 131072];
const REGIONS = [196608, 262144];
const MIB = 2 ** 20;
const REGION_BAT = "2dc27766f62342009d64115e9bfd4a08";
const REGION_METADATA = "8b7ca20647904b9ab8fe575f050f886e";
const ITEM_PARAMETERS = "caa16737fa364d43b3b633f0aa44e76b";
const ITEM_SIZE = "2fa54224cd1b4876b2115dbed83bf4b8";
const ITEM_SECTOR = "8141bf1da96f4709ba47f233a8faab5f";
const BLOCK_PRESENT = 6;
const MOST_BAT = 2 ** 27;

interface Vhdx {
  readonly size: number;
  readonly blockSize: number;
  readonly sectorSize: number;
  readonly bat: DataView;
}

/** The bytes of a GUID as text: as they are written, not as they lie. */
function guid(view: DataView, at: number): string {
  const part = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  let text =
    part(view.getUint32(at, true), 8) + part(view.getUint16(at + 4, true), 4) + part(view.getUint16(at + 6, true), 4);
  for (let k = 8; k < 16; k++) text += part(view.getUint8(at + k), 2);
  return text;
}

function* parse(file: ImageFile): Steps<Vhdx> {
  const refuse = (what: string): never => file.refuse(what);
  const view = yield* file.part("headers", 0, MIB);
  const start = bytesOf(view);
  if (ascii(start, 0, 8) !== "vhdxfile") refuse("is not a VHDX image");
  const headers = HEADERS.filter((at) => ascii(start, at, 4) === "head");
  const header = headers.sort((a, b) => u64le(view, b + 8) - u64le(view, a + 8))[0];
  if (header === undefined) return refuse("is damaged: it has no header");
  if (view.getUint16(header + 66, true) !== 1)
    refuse(`is a VHDX image of version ${view.getUint16(header + 66, true)}: 1 is supported`);
  if (guid(view, header + 48) !== "0".repeat(32)) {
    refuse("was not closed: its log has changes (let the program that made it open it, or qemu-img check -r all)");
  }
  const table = REGIONS.find((at) => ascii(start, at, 4) === "regi");
  if (table === undefined) return refuse("is damaged: it has no table of regions");
  const region = (id: string, what: string): { offset: number; length: number } => {
    const count = Math.min(view.getUint32(table + 8, true), 2047);
    for (let k = 0; k < count; k++) {
      const at = table + 16 + k * 32;
      if (guid(view, at) === id) return { offset: u64le(view, at + 16), length: view.getUint32(at + 24, true) };
    }
    return refuse(`is damaged: it has no ${what}`);
  };
  const metadata = region(REGION_METADATA, "metadata");
  const meta = yield* file.part("metadata", metadata.offset, Math.min(metadata.length, MIB));
  const { size, blockSize, sectorSize } = items(bytesOf(meta), refuse);
  const bat = region(REGION_BAT, "table of blocks");
  const ratio = (2 ** 23 * sectorSize) / blockSize;
  const blocks = Math.ceil(size / blockSize);
  const others = Math.floor(Math.max(0, blocks - 1) / ratio);
  const entries = blocks + others;
  if (entries * 8 > bat.length) {
    refuse(
      `says a size of ${size} bytes in blocks of ${blockSize}, and a table of ${bat.length} bytes for ${entries} of them`,
    );
  }
  const blockTable = yield* readBlockTable(file, {
    ...{ size, blockSize, leastBlock: MIB, others },
    ...{ offset: bat.offset, entries, entryBytes: 8, mostEntries: MOST_BAT },
  });
  return { size, blockSize, sectorSize, bat: blockTable };
}

function items(meta: Uint8Array, refuse: (what: string) => never): Omit<Vhdx, "bat"> {
  const view = viewOf(meta);
  if (meta.length < 65536 || ascii(meta, 0, 8) !== "metadata") refuse("is damaged: its metadata has no table");
  const place = (id: string, what: string, length: number): number => {
    const count = Math.min(view.getUint16(10, true), 2047);
    for (let k = 0; k < count; k++) {
      const at = 32 + k * 32;
      const offset = view.getUint32(at + 16, true);
      if (guid(view, at) === id && offset + length <= meta.length) return offset;
    }
    return refuse(`is damaged: its metadata does not say its ${what}`);
  };
  const parameters = place(ITEM_PARAMETERS, "block size", 8);
  const blockSize = view.getUint32(parameters, true);
  if ((view.getUint32(parameters + 4, true) & 2) !== 0)
    refuse("is a VHDX image that has another one below it, which is not supported");
  if (blockSize < MIB || blockSize > 256 * MIB || (blockSize & (blockSize - 1)) !== 0)
    refuse(`says blocks of ${blockSize} bytes`);
  const size = u64le(view, place(ITEM_SIZE, "size", 8));
  const sectorSize = view.getUint32(place(ITEM_SECTOR, "sector size", 4), true);
  if (sectorSize !== 512 && sectorSize !== 4096) refuse(`says sectors of ${sectorSize} bytes`);
  if (!Number.isSafeInteger(size) || size > 2 ** 46 || size % 512 !== 0) refuse(`says a size of ${hex(size)} bytes`);
  return { size, blockSize, sectorSize };
}

export const vhdx: Format = {
  name: "vhdx",
  async open(file) {
    const { size, blockSize, sectorSize, bat } = await runLater(parse(file));
    const ratio = (2 ** 23 * sectorSize) / blockSize;
    return new SparseImage(file, {
      format: "vhdx",
      size,
      clusterSize: blockSize,
      locate(offset) {
        const within = offset % blockSize;
        const block = (offset - within) / blockSize;
        // Behind each so many blocks there is an entry for a bitmap.
        const at = (block + Math.floor(block / ratio)) * 8;
        const low = bat.getUint32(at, true);
        const length = blockSize - within;
        if ((low & 7) !== BLOCK_PRESENT) return { length, offset: undefined };
        const place = (bat.getUint32(at + 4, true) * 2 ** 12 + (low >>> 20)) * MIB;
        return { length, offset: place + within };
      },
    });
  },
};
