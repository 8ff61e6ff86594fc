// VMDK (VMware): a text that says of which extents the disk consists, in a file of its own or within a sparse extent. Sparse extents are
// monolithic (also with packed grains, as in streams); flat ones are parts of other files.

import { type BlockBackend, BlockError } from "../interfaces.js";
import { utf8 } from "./bytes.js";
import type { Format, OpenOptions } from "./format.js";
import { ImageFile } from "./image-file.js";
import { type Place, SparseImage } from "./sparse-image.js";
import { runLater, type Steps } from "./steps.js";
import { openSparse, type SparseExtent } from "./vmdk-sparse.js";
import { type Description, parseDescription } from "./vmdk-text.js";

const MOST_TEXT = 2 ** 20;

interface Extent {
  /** On the disk, bytes. */
  readonly start: number;
  readonly length: number;
  locate(offset: number): Place | Steps<Place>;
}

export const vmdk: Format = {
  name: "vmdk",
  async open(file, options) {
    const others: BlockBackend[] = [];
    try {
      const magic = new Uint8Array(4);
      await runLater(once(file, 0, magic));
      const text = utf8(magic);
      if (text === "COWD")
        throw new BlockError(`${file.name} is a VMDK image of the older kind COWD, which is not supported`);
      if (text === "KDMV") return await openMonolithic(file, options);
      return await openDescribed(file, options, others);
    } catch (error) {
      for (const other of others) await other.close();
      throw error;
    }
  },
};

async function openMonolithic(file: ImageFile, { codec, openBacking }: OpenOptions): Promise<SparseImage> {
  const extent = await runLater(openSparse(file, codec));
  const { parent } = extent.text === undefined ? { parent: undefined } : parseDescription(extent.text, file.name);
  const backing = parent === undefined ? undefined : { file: parent, format: "vmdk" };
  const below = backing && openBacking ? await openBacking(backing) : undefined;
  return new SparseImage(
    file,
    {
      format: "vmdk",
      size: extent.size,
      clusterSize: extent.grain,
      backing,
      locate: (offset) => extent.locate(offset),
    },
    [],
    below,
  );
}

async function openDescribed(file: ImageFile, options: OpenOptions, others: BlockBackend[]): Promise<SparseImage> {
  if (file.size > MOST_TEXT) throw new BlockError(`${file.name} says that it is text, and has ${file.size} bytes`);
  const bytes = new Uint8Array(file.size);
  await runLater(once(file, 0, bytes));
  const description = parseDescription(utf8(bytes), file.name);
  if (description.parent !== undefined)
    throw new BlockError(`${file.name} has '${description.parent}' below it, which is not supported`);
  const extents: Extent[] = [];
  let start = 0;
  for (const part of description.extents) {
    extents.push(await openExtent(file, part, start, options, others));
    start += part.sectors * 512;
  }
  return new SparseImage(
    file,
    {
      format: "vmdk",
      size: start,
      *locate(offset) {
        const extent = extents.find(({ start: from, length }) => offset < from + length)!;
        const found = extent.locate(offset - extent.start);
        const place = "next" in found ? yield* found : found;
        return { ...place, length: Math.min(place.length, extent.start + extent.length - offset) };
      },
    },
    others,
  );
}

async function openExtent(
  file: ImageFile,
  { sectors, type, name, offset }: Description["extents"][number],
  start: number,
  { openFile, codec }: OpenOptions,
  others: BlockBackend[],
): Promise<Extent> {
  const length = sectors * 512;
  if (type === "ZERO") {
    return {
      start,
      length,
      locate(at) {
        return { length: length - at, offset: undefined };
      },
    };
  }
  if (!openFile) throw new BlockError(`${file.name} consists of other files, which cannot be opened here`);
  const base = await openFile(name);
  others.push(base);
  if (type === "SPARSE") {
    const extent: SparseExtent = await runLater(openSparse(new ImageFile(base, `'${name}'`), codec));
    return {
      start,
      length,
      *locate(at) {
        return { file: base, ...(yield* extent.locate(at)) };
      },
    };
  }
  if (offset * 512 + length > base.size) {
    throw new BlockError(
      `'${name}' is cut short: it has ${base.size} bytes, and ${file.name} says ${offset * 512 + length}`,
    );
  }
  return {
    start,
    length,
    locate(at) {
      return { length: length - at, offset: offset * 512 + at, file: base };
    },
  };
}

function* once(file: ImageFile, offset: number, into: Uint8Array): Steps<void> {
  yield file.read(offset, into);
}
