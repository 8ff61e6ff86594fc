// VHD (of Connectix, later Microsoft): a footer at the end, before it the disk as it is (fixed), or a header, a table and blocks with a bitmap each
// (dynamic). Differencing images are read without their parent only where they need nothing of it, so they are refused.

import { readBlockTable } from "./block-table.js";
import { ascii, bytesOf, u64be, viewOf } from "./bytes.js";
import type { Format } from "./format.js";
import { hex, type ImageFile } from "./image-file.js";
import { SparseImage } from "./sparse-image.js";
import { runLater, type Steps } from "./steps.js";

const FOOTER = 512;
const FIXED = 2;
const DYNAMIC = 3;
const DIFFERENCING = 4;
const NONE = 0xffffffff;
const MOST_TABLE = 2 ** 25;
/** What these programs make has the size in the footer; others mean cylinders, heads and sectors. */
const BY_SIZE = ["win ", "qem2", "d2v ", "tap\0", "vs  ", "wa\0\0"];

interface Vhd {
  readonly size: number;
  readonly blockSize: number;
  /** Undefined: a fixed disk. */
  readonly table: DataView | undefined;
}

function* parse(file: ImageFile): Steps<Vhd> {
  const refuse = (what: string): never => file.refuse(what);
  const footer = new Uint8Array(FOOTER);
  file.needs("footer", Math.max(0, file.size - FOOTER), FOOTER);
  // Of a dynamic disk there is a copy at the start.
  yield file.read(0, footer);
  if (ascii(footer, 0, 8) !== "conectix") yield file.read(Math.floor(file.size / 512) * 512 - FOOTER, footer);
  if (ascii(footer, 0, 8) !== "conectix") refuse("is not a VHD image: it has no footer");
  const view = viewOf(footer);
  const type = view.getUint32(60);
  if (type === DIFFERENCING) refuse("is a VHD image that has another one below it, which is not supported");
  if (type !== FIXED && type !== DYNAMIC)
    refuse(`is a VHD image of type ${type}: 2 (fixed) and 3 (dynamic) are supported`);
  const geometry = view.getUint16(56) * view.getUint8(58) * view.getUint8(59) * 512;
  const current = u64be(view, 48);
  const creator = String.fromCharCode(...footer.subarray(28, 32));
  const largest = view.getUint16(56) === 65535 && view.getUint8(58) === 16 && view.getUint8(59) === 255;
  const size = BY_SIZE.includes(creator) || largest || geometry === 0 ? current : geometry;
  if (!Number.isSafeInteger(size) || size > 2 ** 51) refuse(`says a size of ${hex(size)} bytes`);
  const whole = Math.floor(size / 512) * 512;
  if (type === FIXED) {
    if (whole > file.size) refuse(`is cut short: it says ${whole} bytes, and the file has ${file.size}`);
    return { size: whole, blockSize: 2 ** 21, table: undefined };
  }
  const at = u64be(view, 16);
  const dynamic = yield* file.part("dynamic header", at, 1024);
  if (ascii(bytesOf(dynamic), 0, 8) !== "cxsparse") refuse(`is damaged: there is no dynamic header at ${hex(at)}`);
  const blockSize = dynamic.getUint32(32);
  const table = yield* readBlockTable(file, {
    ...{ size: whole, blockSize, leastBlock: 512 },
    ...{ offset: u64be(dynamic, 16), entries: dynamic.getUint32(28), entryBytes: 4, mostEntries: MOST_TABLE },
  });
  return { size: whole, blockSize, table };
}

export const vpc: Format = {
  name: "vpc",
  async open(file) {
    const { size, blockSize, table } = await runLater(parse(file));
    const bitmap = Math.ceil(blockSize / 512 / 8 / 512) * 512;
    return new SparseImage(file, {
      format: "vpc",
      size,
      clusterSize: blockSize,
      locate(offset) {
        const within = offset % blockSize;
        const length = Math.min(blockSize - within, size - offset);
        if (!table) return { length, offset };
        const sector = table.getUint32(((offset - within) / blockSize) * 4);
        // Sectors that the bitmap has not are zeros in the block, too.
        return { length, offset: sector === NONE ? undefined : sector * 512 + bitmap + within };
      },
    });
  },
};
