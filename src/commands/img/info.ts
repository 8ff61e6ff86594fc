// img info

import { statSync } from "node:fs";
import { oneLine, printableJson } from "../../base/printable.js";
import type { FormatImage } from "../../block/formats/format.js";
import { beside } from "../../block/formats/open.js";
import type { Qcow2Image } from "../../block/formats/qcow2/image.js";
import type { Snapshot } from "../../block/formats/qcow2/snapshots.js";
import { CommandError } from "../command.js";
import { openImage, using } from "./images.js";
import { humanSize } from "./sizes.js";
import { namesOf, parseWords } from "./words.js";

interface Facts {
  readonly file: string;
  readonly image: FormatImage;
  readonly actual: number;
  readonly qcow2: Qcow2Image | undefined;
  readonly snapshots: readonly Snapshot[];
}

export async function info(args: readonly string[]): Promise<number> {
  const words = parseWords("info", args, { values: "f", flags: "U", long: ["output"], longFlags: ["backing-chain"] });
  const output = words.values.get("output") ?? "human";
  if (output !== "human" && output !== "json")
    throw new CommandError("--output must be used with human or json as argument.");
  const all: Facts[] = [];
  let file: string | undefined = namesOf("info", words, 1)[0];
  let format = words.values.get("f");
  while (file !== undefined) {
    const facts = await factsOf(file, format, words.flags.has("U"));
    if (all.some((other) => other.file === file))
      throw new CommandError(`Backing file '${file}' creates an infinite loop.`);
    all.push(facts);
    const { backing } = facts.image;
    file = backing && words.flags.has("backing-chain") ? beside(file, backing.file) : undefined;
    format = backing?.format;
  }
  if (output === "human") console.log(all.map(human).join("\n\n"));
  else console.log(printableJson(words.flags.has("backing-chain") ? all.map(json) : json(all[0]!)));
  return 0;
}

async function factsOf(file: string, format: string | undefined, shared: boolean): Promise<Facts> {
  return using(await openImage(file, { format, asIs: true, shared }), async (image) => {
    const qcow2 = image.format === "qcow2" ? (image as Qcow2Image) : undefined;
    const snapshots = qcow2 ? await qcow2.snapshots() : [];
    const { blocks, size } = statSync(file);
    return { file, image, actual: blocks === undefined ? size : blocks * 512, qcow2, snapshots };
  });
}

function human({ file, image, actual, qcow2, snapshots }: Facts): string {
  const lines = [
    `image: ${file}`,
    `file format: ${image.format}`,
    `virtual size: ${humanSize(image.size)} (${image.size} bytes)`,
    `disk size: ${humanSize(actual)}`,
  ];
  if (qcow2 && (qcow2.header.incompatible & 1) !== 0) lines.push("cleanly shut down: no");
  if (image.clusterSize !== undefined) lines.push(`cluster_size: ${image.clusterSize}`);
  if (image.backing) {
    const { file: name, format } = image.backing;
    const path = beside(file, name);
    lines.push(`backing file: ${name}${path === name ? "" : ` (actual path: ${path})`}`);
    if (format !== undefined) lines.push(`backing file format: ${format}`);
  }
  if (snapshots.length > 0) {
    lines.push("Snapshot list:", "ID        TAG               VM SIZE                DATE     VM CLOCK");
    for (const snapshot of snapshots) lines.push(snapshotLine(snapshot));
  }
  if (qcow2) {
    lines.push("Format specific information:");
    for (const [key, value] of Object.entries(specific(qcow2))) lines.push(`    ${key.replaceAll("-", " ")}: ${value}`);
  }
  return lines.map(oneLine).join("\n");
}

function snapshotLine({ id, name, stateSize, date, clock }: Snapshot): string {
  const time = new Date(date * 1000 - new Date(date * 1000).getTimezoneOffset() * 60_000);
  const day = time.toISOString().slice(0, 19).replace("T", " ");
  const seconds = Math.floor(clock / 1e9);
  const two = (value: number): string => String(value).padStart(2, "0");
  const ran = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(Math.floor(clock / 1e6) % 1000).padStart(3, "0")}`;
  return `${id.padEnd(9)} ${name.padEnd(16)} ${humanSize(stateSize).padStart(8)} ${day.padStart(19)} ${ran.padStart(12)}`;
}

function specific({ header }: Qcow2Image): Record<string, string | number | boolean> {
  if (header.version === 2) return { compat: "0.10", "compression-type": "zlib", "refcount-bits": 16 };
  return {
    compat: "1.1",
    "compression-type": header.packing,
    "lazy-refcounts": (header.compatible & 1) !== 0,
    "refcount-bits": 2 ** header.refcountOrder,
    corrupt: (header.incompatible & 2) !== 0,
    "extended-l2": header.extended,
  };
}

function json({ file, image, actual, qcow2, snapshots }: Facts): object {
  const { backing, clusterSize } = image;
  return {
    ...(backing?.format === undefined ? {} : { "backing-filename-format": backing.format }),
    "virtual-size": image.size,
    filename: file,
    ...(clusterSize === undefined ? {} : { "cluster-size": clusterSize }),
    format: image.format,
    "actual-size": actual,
    ...(qcow2 ? { "format-specific": { type: "qcow2", data: specific(qcow2) } } : {}),
    ...(backing ? { "full-backing-filename": beside(file, backing.file), "backing-filename": backing.file } : {}),
    ...(snapshots.length > 0 ? { snapshots: snapshots.map(snapshotJson) } : {}),
    "dirty-flag": qcow2 !== undefined && (qcow2.header.incompatible & 1) !== 0,
  };
}

function snapshotJson({ id, name, stateSize, date, clock }: Snapshot): object {
  return {
    id,
    name,
    "vm-state-size": stateSize,
    "date-sec": date,
    "date-nsec": 0,
    "vm-clock-sec": Math.floor(clock / 1e9),
    "vm-clock-nsec": clock % 1e9,
  };
}
