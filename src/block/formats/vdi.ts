// VDI (VirtualBox), version 1.1: a header, a map of blocks, the blocks.

import { readBlockTable } from "./block-table.js";
import { u64le } from "./bytes.js";
import type { Format } from "./format.js";
import type { ImageFile } from "./image-file.js";
import { SparseImage } from "./sparse-image.js";
import { runLater, type Steps } from "./steps.js";

const SIGNATURE = 0xbeda107f;
const HEADER = 512;
const DYNAMIC = 1;
const FIXED = 2;
const UNALLOCATED = 0xffffffff;
const ZERO = 0xfffffffe;
const MOST_BLOCKS = 2 ** 28;

interface Vdi {
  readonly size: number;
  readonly blockSize: number;
  readonly dataOffset: number;
  readonly map: DataView;
}

function* parse(file: ImageFile): Steps<Vdi> {
  const refuse = (what: string): never => file.refuse(what);
  const view = yield* file.part("header", 0, HEADER);
  const u32 = (at: number): number => view.getUint32(at, true);
  if (u32(0x40) !== SIGNATURE) refuse("is not a VDI image");
  if (u32(0x44) !== 0x00010001)
    refuse(`is a VDI image of version ${u32(0x44) >>> 16}.${u32(0x44) & 0xffff}: 1.1 is supported`);
  if (u32(0x4c) !== DYNAMIC && u32(0x4c) !== FIXED) {
    refuse(
      `is a VDI image of type ${u32(0x4c)}: 1 (dynamic) and 2 (fixed) are supported, others need images beside them`,
    );
  }
  const [size, blockSize] = [u64le(view, 0x170), u32(0x178)];
  const map = yield* readBlockTable(file, {
    ...{ size, blockSize, leastBlock: 512 },
    ...{ offset: u32(0x154), entries: u32(0x180), entryBytes: 4, mostEntries: MOST_BLOCKS },
  });
  return { size, blockSize, dataOffset: u32(0x158), map };
}

export const vdi: Format = {
  name: "vdi",
  async open(file) {
    const { size, blockSize, dataOffset, map } = await runLater(parse(file));
    return new SparseImage(file, {
      format: "vdi",
      size: Math.floor(size / 512) * 512,
      clusterSize: blockSize,
      locate(offset) {
        const within = offset % blockSize;
        const block = map.getUint32(((offset - within) / blockSize) * 4, true);
        const length = blockSize - within;
        if (block === UNALLOCATED || block === ZERO) return { length, offset: undefined };
        return { length, offset: dataOffset + block * blockSize + within };
      },
    });
  },
};
