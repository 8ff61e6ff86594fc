// Kinds of qcow2 images, at random: all that a header can say.

import { type Codec, loadCodec } from "../../src/block/formats/codec.js";
import { ImageFile } from "../../src/block/formats/image-file.js";
import { openFormat } from "../../src/block/formats/open.js";
import { type CreateOptions, createQcow2 } from "../../src/block/formats/qcow2/create.js";
import type { Qcow2Image } from "../../src/block/formats/qcow2/image.js";
import { runLater } from "../../src/block/formats/steps.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import type { Random } from "../../testing/random.js";

export interface Variant extends CreateOptions {
  readonly clusterSize: number;
  readonly version: 2 | 3;
}

/** `most` bytes of disk. */
export function randomVariant(random: Random, most: number): Variant {
  const version = random.below(5) === 0 ? 2 : 3;
  const extended = version === 3 && random.below(3) === 0;
  const clusterSize = extended ? random.pick([16384, 32768]) : random.pick([512, 1024, 4096, 16384, 65536]);
  const size = 512 * (1 + random.below(Math.min(most, clusterSize * 400) / 512));
  if (version === 2) return { version, clusterSize, size };
  return {
    version,
    clusterSize,
    size,
    extended,
    refcountBits: random.pick([1, 2, 4, 8, 16, 16, 32, 64]),
    lazyRefcounts: random.below(4) === 0,
    packing: random.pick(["zlib", "zstd"]),
  };
}

export async function create(base: BlockBackend, options: CreateOptions): Promise<void> {
  await runLater(createQcow2(new ImageFile(base, "'new'"), options));
}

let codec: Codec | undefined;

export async function open(
  base: BlockBackend,
  { asIs = false, readOnly = false, below = async () => Promise.reject(new Error("nothing is below")) }: Opening = {},
): Promise<Qcow2Image> {
  codec ??= await loadCodec();
  const options = { file: "image", format: "qcow2", readOnly, asIs, codec, open: below };
  return (await openFormat(base, options)) as Qcow2Image;
}

export interface Opening {
  readonly asIs?: boolean;
  readonly readOnly?: boolean;
  readonly below?: (file: string) => Promise<BlockBackend>;
}

/** What our own check finds wrong with an image. */
export async function checkOurs(base: BlockBackend, leaks: boolean): Promise<string | undefined> {
  const image = await open(base, { asIs: true, readOnly: true });
  const { corruptions, leaks: found, lines } = await image.check("none");
  return corruptions === 0 && (leaks || found === 0) ? undefined : `our check: ${lines.slice(0, 5).join("; ")}`;
}
