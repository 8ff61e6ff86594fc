// img create

import { oneLine } from "../../base/printable.js";
import type { Packing } from "../../block/formats/codec.js";
import { ImageFile } from "../../block/formats/image-file.js";
import { beside } from "../../block/formats/open.js";
import { type CreateOptions, createQcow2 } from "../../block/formats/qcow2/create.js";
import { runLater } from "../../block/formats/steps.js";
import type { BlockBackend } from "../../block/interfaces.js";
import { CommandError } from "../command.js";
import { checkFormat, emptyFile, openImage, using } from "./images.js";
import { parseDiskSize, parseSize } from "./sizes.js";
import { namesOf, parseOnOff, parsePairs, parseWords } from "./words.js";

export interface Making {
  readonly format: string;
  readonly size: number;
  readonly options: ReadonlyMap<string, string>;
  readonly backing?: { readonly file: string; readonly format: string | undefined } | undefined;
}

export async function create(args: readonly string[]): Promise<number> {
  const words = parseWords("create", args, { values: "fobF", flags: "qu" });
  const [file, sizeText] = namesOf("create", words, 1, 2);
  const format = words.values.get("f") ?? "raw";
  const options = new Map(parsePairs(words.values.get("o")));
  const backingFile = words.values.get("b") ?? options.get("backing_file");
  const backingFormat = words.values.get("F") ?? options.get("backing_fmt");
  for (const key of ["backing_file", "backing_fmt"]) options.delete(key);
  checkFormat(backingFormat);
  const said = sizeText ?? options.get("size");
  options.delete("size");
  let size = said === undefined ? undefined : parseDiskSize(said);
  if (backingFile !== undefined && backingFile !== "") {
    if (format !== "qcow2") throw new CommandError(`Backing file not supported for file format '${format}'`);
    if (backingFormat === undefined) throw new CommandError("Backing file specified without backing format (-F)");
    if (!words.flags.has("u")) {
      const below = await openImage(beside(file!, backingFile), { format: backingFormat });
      size ??= await using(below, async (image) => image.size);
    }
  }
  if (size === undefined) throw new CommandError("Image creation needs a size parameter");
  const backing =
    backingFile === undefined || backingFile === "" ? undefined : { file: backingFile, format: backingFormat };
  const making = { format, size, options, backing };
  const settled = settle(making);
  if (!words.flags.has("q")) console.log(oneLine(`Formatting '${file}', fmt=${format}${describe(making, settled)}`));
  await using(emptyFile(file!), (base) => make(base, making));
  return 0;
}

/** An empty image in an empty file. Throws CommandError, BlockError. */
export async function make(base: BlockBackend & { grow(size: number): void }, making: Making): Promise<void> {
  const settled = settle(making);
  if (making.format === "raw") {
    base.grow(making.size);
    return base.flush();
  }
  await runLater(createQcow2(new ImageFile(base, "the new image"), settled));
}

function settle({ format, size, options, backing }: Making): CreateOptions {
  if (format !== "raw" && format !== "qcow2") {
    throw new CommandError(`Format driver '${format}' does not support image creation: raw and qcow2 do`);
  }
  let version: 2 | 3 = 3;
  const settled: { -readonly [K in keyof CreateOptions]: CreateOptions[K] } = { size, backing };
  for (const [key, value] of options) {
    if (format === "raw" && key !== "preallocation") throw new CommandError(`Invalid parameter '${key}'`);
    switch (key) {
      case "compat":
        if (!["0.10", "v2", "1.1", "v3"].includes(value))
          throw new CommandError(`Parameter 'version' does not accept value '${value}'`);
        version = value === "0.10" || value === "v2" ? 2 : 3;
        break;
      case "cluster_size":
        settled.clusterSize = parseSize(value);
        break;
      case "refcount_bits":
        settled.refcountBits = Number(value);
        break;
      case "lazy_refcounts":
        settled.lazyRefcounts = parseOnOff(key, value);
        break;
      case "extended_l2":
        settled.extended = parseOnOff(key, value);
        break;
      case "compression_type":
        if (value !== "zlib" && value !== "zstd")
          throw new CommandError(`Parameter 'compression_type' does not accept value '${value}'`);
        settled.packing = value as Packing;
        break;
      case "preallocation":
        if (value !== "off") throw new CommandError(`preallocation=${value} is not supported: leave it out`);
        break;
      default:
        throw new CommandError(`Invalid parameter '${key}'`);
    }
  }
  settled.version = version;
  return settled;
}

function describe({ format, size, backing }: Making, options: CreateOptions): string {
  if (format === "raw") return ` size=${size}`;
  const { version, clusterSize = 65536, extended, packing = "zlib", lazyRefcounts, refcountBits = 16 } = options;
  const onOff = (value: boolean | undefined): string => (value ? "on" : "off");
  const below = backing ? ` backing_file=${backing.file} backing_fmt=${backing.format}` : "";
  const compat = version === 2 ? " compat=0.10" : "";
  return ` cluster_size=${clusterSize} extended_l2=${onOff(extended)} compression_type=${packing} size=${size}${below}${compat} lazy_refcounts=${onOff(lazyRefcounts)} refcount_bits=${refcountBits}`;
}
