// img convert

import { isZero } from "../../block/formats/bytes.js";
import type { FormatImage } from "../../block/formats/format.js";
import type { Qcow2Image } from "../../block/formats/qcow2/image.js";
import { CommandError } from "../command.js";
import { make } from "./create.js";
import { emptyFile, openImage, using } from "./images.js";
import { namesOf, parsePairs, parseWords } from "./words.js";

/** Read and written at once. */
const PIECE = 2 << 20;
/** Runs of zeros of this length become none. */
const GRAIN = 4096;

export async function convert(args: readonly string[]): Promise<number> {
  const words = parseWords("convert", args, { values: "fOo", flags: "cpqU" });
  const [from, to] = namesOf("convert", words, 2);
  const format = words.values.get("O") ?? "raw";
  const packs = words.flags.has("c");
  if (packs && format !== "qcow2") throw new CommandError(`Compression not supported for this file format: ${format}`);
  const options = parsePairs(words.values.get("o"));
  const source = await openImage(from!, { format: words.values.get("f"), shared: words.flags.has("U") });
  const report = words.flags.has("p")
    ? (done: number): void => void process.stdout.write(`    (${done.toFixed(2)}/100%)\r`)
    : () => {};
  await using(source, async () => {
    const base = emptyFile(to!);
    try {
      await make(base, { format, size: source.size, options });
    } finally {
      await base.close();
    }
    const target = await openImage(to!, { format, readOnly: false });
    await using(target, async () => {
      await copy(source, target, packs, report);
      await target.flush();
    });
  });
  if (words.flags.has("p")) process.stdout.write("\n");
  return 0;
}

async function copy(
  source: FormatImage,
  target: FormatImage,
  packs: boolean,
  report: (done: number) => void,
): Promise<void> {
  const unit = packs ? target.clusterSize! : GRAIN;
  const piece = Math.max(PIECE, unit);
  for (let at = 0; at < source.size; at += piece) {
    const length = Math.min(piece, source.size - at);
    report((at / source.size) * 100);
    if (await isNothing(source, at, length)) continue;
    const bytes = new Uint8Array(Math.ceil(length / unit) * unit);
    await source.read(at, bytes.subarray(0, length));
    if (packs) await pack(target as Qcow2Image, at, bytes, unit, length);
    else await write(target, at, bytes.subarray(0, length));
  }
  report(100);
}

async function pack(
  target: Qcow2Image,
  offset: number,
  bytes: Uint8Array,
  unit: number,
  length: number,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += unit) {
    const cluster = bytes.subarray(at, at + unit);
    if (isZero(cluster) || (await target.writePacked(offset + at, cluster))) continue;
    await target.write(offset + at, bytes.subarray(at, Math.min(at + unit, length)));
  }
}

/** All but the zeros, in runs. */
async function write(target: FormatImage, offset: number, bytes: Uint8Array): Promise<void> {
  let start = 0;
  const flush = async (end: number): Promise<void> => {
    if (end > start) await target.write(offset + start, bytes.subarray(start, end));
  };
  for (let at = 0; at < bytes.length; at += GRAIN) {
    if (!isZero(bytes.subarray(at, at + GRAIN))) continue;
    await flush(at);
    start = Math.min(at + GRAIN, bytes.length);
  }
  await flush(bytes.length);
}

/** There is nothing there, and nobody needs to read it to know. */
async function isNothing(source: FormatImage, offset: number, length: number): Promise<boolean> {
  if (source.format !== "qcow2" || source.backing) return false;
  const image = source as Qcow2Image;
  for (let at = offset; at < offset + length; at += image.clusterSize) {
    if ((await image.isHere(Math.floor(at / image.clusterSize))) === "data") return false;
  }
  return true;
}
