// img resize, commit, rebase

import { truncateSync } from "node:fs";
import type { FormatImage } from "../../block/formats/format.js";
import { beside } from "../../block/formats/open.js";
import type { Qcow2Image } from "../../block/formats/qcow2/image.js";
import { CommandError } from "../command.js";
import { asQcow2, checkFormat, openFile, openImage, using } from "./images.js";
import { parseDiskSize } from "./sizes.js";
import { namesOf, parseWords, type Words } from "./words.js";

export async function resize(args: readonly string[]): Promise<number> {
  // What is taken off looks like an option.
  const less = args.at(-1)?.startsWith("-") && /^-\d/.test(args.at(-1)!) ? args.at(-1)! : undefined;
  const words = parseWords("resize", less ? args.slice(0, -1) : args, {
    values: "f",
    flags: "q",
    longFlags: ["shrink"],
  });
  const [file, said] = less ? [namesOf("resize", words, 1)[0]!, less] : namesOf("resize", words, 2);
  const format = words.values.get("f");
  const before = await using(await openImage(file!, { format, asIs: true }), async (image) => image);
  const size = /^[+-]/.test(said!)
    ? before.size + (said![0] === "+" ? 1 : -1) * parseDiskSize(said!.slice(1))
    : parseDiskSize(said!);
  if (size < 0) throw new CommandError("New image size must be positive");
  if (size < before.size && !words.flags.has("shrink")) {
    throw new CommandError(
      "Use the --shrink option to perform a shrink operation. Shrinking an image will delete all data beyond the shrunken image's end.",
    );
  }
  if (before.format === "raw") {
    // Locked, so that no machine has it.
    await using(openFile(file!, false), async () => truncateSync(file!, size));
  } else {
    const image = await openImage(file!, { format: before.format, readOnly: false });
    await using(image, (open) => asQcow2(open, "resize").resize(size));
  }
  if (!words.flags.has("q")) console.log("Image resized.");
  return 0;
}

/** Puts what is in an image into the one below, and empties it. */
export async function commit(args: readonly string[]): Promise<number> {
  const words = parseWords("commit", args, { values: "f", flags: "qdp" });
  const file = namesOf("commit", words, 1)[0]!;
  const top = await openImage(file, { format: words.values.get("f"), readOnly: false });
  await using(top, async () => {
    const image = asQcow2(top, "commit");
    if (!image.backing) throw new CommandError(`Could not find backing image of '${file}'`);
    const path = beside(file, image.backing.file);
    // The image has it open to be read; its lock is shared with that one only.
    const below = await openImage(path, { format: image.backing.format, readOnly: false, shared: true });
    await using(below, async () => {
      if (below.size < image.size) await grow(below, image.size, path);
      for (let cluster = 0; cluster * image.clusterSize < image.size; cluster++) {
        if ((await image.isHere(cluster)) !== "below") await copyCluster(image, below, cluster);
      }
      await below.flush();
    });
    if (!words.flags.has("d")) await image.empty();
    await image.flush();
  });
  if (!words.flags.has("q")) console.log("Image committed.");
  return 0;
}

async function grow(image: FormatImage, size: number, name: string): Promise<void> {
  if (!image.resize) throw new CommandError(`'${name}' cannot become larger`);
  await image.resize(size);
}

async function copyCluster(from: FormatImage, to: FormatImage, cluster: number): Promise<void> {
  const offset = cluster * from.clusterSize!;
  const bytes = new Uint8Array(Math.min(from.clusterSize!, from.size - offset));
  await from.read(offset, bytes);
  await to.write(offset, bytes);
}

/** Another image below: what differs between the two is put into the image, unless -u says that nothing does. */
export async function rebase(args: readonly string[]): Promise<number> {
  const words = parseWords("rebase", args, { values: "fbF", flags: "upq" });
  const file = namesOf("rebase", words, 1)[0]!;
  const name = words.values.get("b");
  if (name === undefined)
    throw new CommandError("img rebase: the new image below has to be said (-b FILE; -b '' for none)");
  const format = words.values.get("F");
  checkFormat(format);
  if (name !== "" && format === undefined)
    throw new CommandError("img rebase: Backing file specified without backing format (-F)");
  const unsafe = words.flags.has("u");
  const image = asQcow2(
    await openImage(file, { format: words.values.get("f"), readOnly: false, asIs: unsafe }),
    "rebase",
  );
  await using(image, async () => {
    if (!unsafe) await takeDifferences(image, file, name, words);
    await image.flush();
    await image.setBacking(name === "" ? undefined : { file: name, format });
  });
  return 0;
}

async function takeDifferences(image: Qcow2Image, file: string, name: string, words: Words): Promise<void> {
  const next =
    name === "" ? undefined : await openImage(beside(file, name), { format: words.values.get("F"), shared: true });
  const part = async (from: FormatImage | undefined, offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    const inside = from ? Math.max(0, Math.min(length, from.size - offset)) : 0;
    if (inside > 0) await from!.read(offset, bytes.subarray(0, inside));
    return bytes;
  };
  try {
    for (let cluster = 0; cluster * image.clusterSize < image.size; cluster++) {
      const offset = cluster * image.clusterSize;
      const length = Math.min(image.clusterSize, image.size - offset);
      if ((await image.isHere(cluster)) !== "below" && !image.header.extended) continue;
      const [old, other] = [await part(image, offset, length), await part(next, offset, length)];
      if (old.some((byte, k) => byte !== other[k])) await image.write(offset, old);
    }
  } finally {
    await next?.close();
  }
}
