// An overlay that lasts: layers of files over an image that is only read. What is written goes to the topmost layer; the ones below stay
// as they are, so that a saved state may name one by its generation.

import { crc32 } from "../../base/crc32.js";
import { type BlockBackend, BlockError } from "../interfaces.js";
import { Overlay } from "../overlay.js";
import type { SyncFile, SyncFolder } from "./files.js";
import { Layer } from "./layer.js";
import { LayerMap } from "./map.js";
import type { Identity } from "./record.js";

/** Pieces that tell one image from another: where boot sectors, partitions and the first file system's own data are, and the end. */
const PIECE = 65536;
const PIECES = [0, PIECE, 1 << 20, (1 << 20) + PIECE];

/** What an image is known by. */
export async function identify(image: BlockBackend): Promise<Identity> {
  const { size } = image;
  const starts = [...PIECES, Math.max(0, size - PIECE)].filter((start) => start < size);
  const pieces = starts.map((start) => ({ start, bytes: new Uint8Array(Math.min(PIECE, size - start)) }));
  await Promise.all(pieces.map(({ start, bytes }) => image.read(start, bytes)));
  const sums = Uint32Array.from(pieces, ({ bytes }) => crc32(bytes));
  return { size, fingerprint: crc32(new Uint8Array(sums.buffer)) };
}

/** Throws BlockError where what is kept under a name belongs to another image than `own`. */
export function refuseOther(name: string, kept: Identity, own: Identity): void {
  if (kept.size === own.size && kept.fingerprint === own.fingerprint) return;
  const other = kept.size === own.size ? "of the same size" : `of ${kept.size} bytes, not ${own.size}`;
  throw new BlockError(
    `overlay '${name}' belongs to another image (${other}): use the image it was made with, or another name`,
  );
}

interface Opened {
  readonly data: SyncFile;
  readonly maps: readonly [SyncFile, SyncFile];
}

export class Layers {
  private constructor(
    private readonly folder: SyncFolder,
    private readonly identity: Identity,
    /** The lowest first; one at least. */
    private readonly layers: Layer[],
  ) {}

  /** Those in the folder, or a first one. Rejects with BlockError where they are of another image than `base`, damaged, or in use. */
  static async open(folder: SyncFolder, base: BlockBackend): Promise<Layers> {
    const identity = await identify(base);
    const there = new Set(await folder.list());
    const layers: Layer[] = [];
    try {
      for (let generation = 0; generation === 0 || there.has(dataName(generation)); generation++) {
        layers.push(await openLayer(folder, generation, identity));
      }
    } catch (error) {
      for (const layer of layers) layer.close();
      throw error;
    }
    return new Layers(folder, identity, layers);
  }

  /** Of the layer that is written. */
  get generation(): number {
    return this.layers.length - 1;
  }

  get allocated(): number {
    return this.layers.reduce((sum, layer) => sum + layer.allocated, 0);
  }

  /** The disk that they make over `base`; closing it closes them. */
  over(base: BlockBackend): BlockBackend {
    return this.layers.reduce<BlockBackend>((below, layer) => new Overlay(below, layer), base);
  }

  /** What is written from now on goes to a new layer: the disks that over() gave are not to be used any more. Gives the generation that
   *  stays as it is. */
  async freeze(): Promise<number> {
    this.layers.at(-1)!.flush();
    const { generation } = this;
    this.layers.push(await openLayer(this.folder, generation + 1, this.identity));
    return generation;
  }
}

const dataName = (generation: number): string => `${generation}.data`;

async function openLayer(folder: SyncFolder, generation: number, identity: Identity): Promise<Layer> {
  const opened = await openFiles(folder, generation);
  const { data, maps } = opened;
  try {
    const header = LayerMap.header(maps);
    if (!header) {
      // The header is written first of all, so without one nothing was ever promised; but what is there is not thrown away.
      if (data.size > 0) throw new BlockError(`overlay '${folder.name}' is damaged: layer ${generation} has no header`);
      return new Layer(data, LayerMap.create(maps, { ...identity, generation }));
    }
    refuseOther(folder.name, header, identity);
    return new Layer(data, LayerMap.open(maps, data.size));
  } catch (error) {
    for (const file of [data, ...maps]) file.close();
    if (!(error instanceof BlockError) || error.message.startsWith("overlay")) throw error;
    throw new BlockError(`overlay '${folder.name}' is damaged: ${error.message}`);
  }
}

async function openFiles(folder: SyncFolder, generation: number): Promise<Opened> {
  const open: SyncFile[] = [];
  try {
    for (const name of [dataName(generation), `${generation}.map0`, `${generation}.map1`]) {
      open.push(await folder.open(name));
    }
  } catch (error) {
    for (const file of open) file.close();
    throw error;
  }
  const [data, first, second] = open as [SyncFile, SyncFile, SyncFile];
  return { data, maps: [first, second] };
}
