// Opens an image of any format with the images below it.

import { type BlockBackend, BlockError } from "../interfaces.js";
import { MemoryOverlay } from "../overlay.js";
import { refusal } from "../probe.js";
import { ProbedRaw, probeImage } from "../probed.js";
import { RawImage } from "../raw.js";
import { type Codec, loadCodec } from "./codec.js";
import type { BackingName, Format, FormatImage } from "./format.js";
import { ImageFile } from "./image-file.js";

/** As -drive format= has them; raw is what has no format. */
const FORMATS: Readonly<Record<string, () => Promise<Format>>> = {
  qcow2: async () => (await import("./qcow2/open.js")).qcow2,
  vdi: async () => (await import("./vdi.js")).vdi,
  vhdx: async () => (await import("./vhdx.js")).vhdx,
  vmdk: async () => (await import("./vmdk.js")).vmdk,
  vpc: async () => (await import("./vhd.js")).vpc,
};

export const FORMAT_NAMES: readonly string[] = ["raw", ...Object.keys(FORMATS)];

/** Formats that are only read. */
export const READ_ONLY_FORMATS: readonly string[] = ["vdi", "vhdx", "vmdk", "vpc"];

/** More images than this, one below the other, are taken for a loop. */
const LONGEST_CHAIN = 200;

export interface ImageOptions {
  /** Its name, which names of images below are relative to. */
  readonly file: string;
  /** Undefined: to be probed. */
  readonly format?: string | undefined;
  readonly readOnly: boolean;
  /** Opens other files, to be read. */
  readonly open: (file: string) => Promise<BlockBackend>;
  readonly warn?: ((message: string) => void) | undefined;
  readonly codec?: Codec | undefined;
  /** Opens it without what is below, also where it is marked as corrupt. */
  readonly asIs?: boolean;
  /** The guest may not make another format of an image that was found to be raw. */
  readonly guarded?: boolean;
}

/** The disk in a file, which it closes. Rejects with BlockError; the file is not closed then. */
export function openFormat(base: BlockBackend, options: ImageOptions): Promise<FormatImage> {
  return openLink(base, options, []);
}

async function openLink(base: BlockBackend, options: ImageOptions, above: readonly string[]): Promise<FormatImage> {
  const { file, readOnly, guarded = false } = options;
  let { format } = options;
  let raw = base;
  if (format === undefined) {
    const { head, format: found } = await probeImage(base);
    if (found && found.format === undefined) throw new BlockError(refusal(file, found));
    format = found?.format ?? "raw";
    if (format === "raw" && guarded && !readOnly && !base.readOnly) {
      raw = new ProbedRaw(base, head);
      options.warn?.(
        `Image format was not specified for '${file}' and probing guessed raw: writes to its first sector are restricted (format=raw lifts that)`,
      );
    }
  }
  if (format === "raw") return Object.assign(new RawImage(raw), { format });
  const load = FORMATS[format];
  if (!load) throw new BlockError(`Unknown driver '${format}'`);
  if (!readOnly && READ_ONLY_FORMATS.includes(format)) {
    throw new BlockError(
      `'${file}' is an image of the format ${format}, which can only be read: use readonly=on or snapshot=on, or convert it (wasmachine img convert -O qcow2)`,
    );
  }
  // What cannot grow keeps what is written in memory.
  const place = readOnly || base.grow ? base : new MemoryOverlay(base);
  const { open, warn, asIs = false } = options;
  const chain = [...above, file];
  return (await load()).open(new ImageFile(place, `'${file}'`), {
    readOnly,
    asIs,
    warn,
    codec: options.codec ?? (await loadCodec()),
    openFile: (name) => open(beside(file, name)),
    openBacking: (backing) => openBacking(backing, options, chain),
  });
}

async function openBacking(
  { file: name, format }: BackingName,
  options: ImageOptions,
  chain: readonly string[],
): Promise<BlockBackend> {
  const above = chain.at(-1)!;
  const file = beside(above, name);
  if (chain.includes(file))
    throw new BlockError(`'${above}' has '${file}' below it, which has '${above}' below itself`);
  if (chain.length >= LONGEST_CHAIN)
    throw new BlockError(`'${chain[0]}' has more than ${LONGEST_CHAIN} images below it`);
  if (format !== undefined && !FORMAT_NAMES.includes(format)) {
    throw new BlockError(`'${above}' has '${file}' below it, in a format that is not supported: '${format}'`);
  }
  let base: BlockBackend;
  try {
    base = await options.open(file);
  } catch (error) {
    throw new BlockError(`'${above}' has '${file}' below it: ${(error as Error).message}`);
  }
  try {
    return await openLink(base, { ...options, file, format, readOnly: true }, chain);
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** What a name in an image means: it is relative to the image. Throws BlockError for what is no file. */
export function beside(image: string, name: string): string {
  const plain = name.startsWith("file:") ? name.slice(5) : name;
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(plain)?.[1];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw new BlockError(`'${image}' has '${name}' below it: only files are supported, not '${scheme}:'`);
  }
  if (scheme !== undefined || plain.startsWith("/")) return plain;
  return image.slice(0, image.lastIndexOf("/") + 1) + plain;
}
