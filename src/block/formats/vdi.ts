// VDI (VirtualBox), version 1.1: a header, a map of blocks, the blocks.

import { BlockError } from "../interfaces.js";
import { u64le, viewOf } from "./bytes.js";
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
  readonly blocks: number;
}

function* parse(file: ImageFile): Steps<Vdi> {
  const refuse = (what: string): never => {
    throw new BlockError(`${file.name} ${what}`);
  };
  file.needs("header", 0, HEADER);
  const header = new Uint8Array(HEADER);
  yield file.read(0, header);
  const view = viewOf(header);
  const u32 = (at: number): number => view.getUint32(at, true);
  if (u32(0x40) !== SIGNATURE) refuse("is not a VDI image");
  if (u32(0x44) !== 0x00010001)
    refuse(`is a VDI image of version ${u32(0x44) >>> 16}.${u32(0x44) & 0xffff}: 1.1 is supported`);
  if (u32(0x4c) !== DYNAMIC && u32(0x4c) !== FIXED) {
    refuse(
      `is a VDI image of type ${u32(0x4c)}: 1 (dynamic) and 2 (fixed) are supported, others need images beside them`,
    );
  }
  const size = u64le(view, 0x170);
  const blockSize = u32(0x178);
  const blocks = u32(0x180);
  if (blockSize === 0 || blockSize % 512 !== 0 || blockSize > 2 ** 28) refuse(`says blocks of ${blockSize} bytes`);
  if (!Number.isSafeInteger(size) || size > blocks * blockSize) {
    refuse(`says a size of ${size} bytes and ${blocks} blocks of ${blockSize} bytes`);
  }
  if (blocks > MOST_BLOCKS) refuse(`says ${blocks} blocks, and ${MOST_BLOCKS} are the most`);
  file.needs("map of blocks", u32(0x154), blocks * 4);
  const map = new Uint8Array(blocks * 4);
  yield file.read(u32(0x154), map);
  return { size, blockSize, dataOffset: u32(0x158), map: viewOf(map), blocks };
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
