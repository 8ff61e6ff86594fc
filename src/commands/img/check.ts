// img check

import { printableJson } from "../../base/printable.js";
import type { Repair } from "../../block/formats/qcow2/check.js";
import { CommandError } from "../command.js";
import { asQcow2, openImage, using } from "./images.js";
import { namesOf, parseWords } from "./words.js";

const CORRUPTIONS = 2;
const LEAKS = 3;
const UNSUPPORTED = 63;

export async function checkImage(args: readonly string[]): Promise<number> {
  const words = parseWords("check", args, { values: "fr", flags: "qU", long: ["output"] });
  const file = namesOf("check", words, 1)[0]!;
  const repair = words.values.get("r") ?? "none";
  if (!["none", "leaks", "all"].includes(repair))
    throw new CommandError("--repair (-r) expects a value of 'leaks' or 'all'");
  const output = words.values.get("output") ?? "human";
  if (output !== "human" && output !== "json")
    throw new CommandError("--output must be used with human or json as argument.");
  const choice = {
    format: words.values.get("f"),
    readOnly: repair === "none",
    asIs: true,
    shared: words.flags.has("U"),
  };
  return using(await openImage(file, choice), async (image) => {
    if (image.format !== "qcow2") {
      console.error(`wasmachine: This image format does not support checks: ${image.format}`);
      return UNSUPPORTED;
    }
    const qcow2 = asQcow2(image, "check");
    const result = await qcow2.check(repair as Repair);
    const corruptions = result.corruptions - result.corruptionsFixed;
    const leaks = result.leaks - result.leaksFixed;
    if (repair === "all" && corruptions === 0) await qcow2.clearFaults();
    const allocated = {
      total: result.total,
      allocated: result.allocated,
      fragmented: result.fragmented,
      packed: result.packed,
    };
    if (output === "json") console.log(printableJson(jsonOf(file, { ...result, corruptions, leaks })));
    else if (!words.flags.has("q")) say(result.lines, { ...result, corruptions, leaks, ...allocated });
    return corruptions > 0 ? CORRUPTIONS : leaks > 0 ? LEAKS : 0;
  });
}

interface Found {
  readonly corruptions: number;
  readonly leaks: number;
  readonly corruptionsFixed: number;
  readonly leaksFixed: number;
  readonly total: number;
  readonly allocated: number;
  readonly fragmented: number;
  readonly packed: number;
  readonly end: number;
}

function say(lines: readonly string[], found: Found): void {
  for (const line of lines) console.log(line);
  if (found.corruptionsFixed + found.leaksFixed > 0) {
    console.log(
      `The following inconsistencies were found and repaired:\n\n    ${found.leaksFixed} leaked clusters\n    ${found.corruptionsFixed} corruptions\n\nDouble checking the fixed image now...`,
    );
  }
  const { corruptions, leaks, total, allocated, fragmented, packed } = found;
  if (corruptions === 0 && leaks === 0) console.log("No errors were found on the image.");
  if (corruptions > 0) {
    console.log(
      `\n${corruptions} errors were found on the image.\nData may be corrupted, or further writes to the image may corrupt it.`,
    );
  }
  if (leaks > 0) {
    console.log(
      `\n${leaks} leaked clusters were found on the image.\nThis means waste of disk space, but no harm to data.`,
    );
  }
  if (total > 0 && allocated > 0) {
    const part = (of: number, count: number): string => `${((count * 100) / of).toFixed(2)}%`;
    console.log(
      `${allocated}/${total} = ${part(total, allocated)} allocated, ${part(allocated, fragmented)} fragmented, ${part(allocated, packed)} compressed clusters`,
    );
  }
  console.log(`Image end offset: ${found.end}`);
}

function jsonOf(file: string, found: Found): object {
  const some = (name: string, count: number): object => (count > 0 ? { [name]: count } : {});
  return {
    "image-end-offset": found.end,
    "total-clusters": found.total,
    "check-errors": 0,
    ...some("corruptions", found.corruptions),
    ...some("leaks", found.leaks),
    ...some("corruptions-fixed", found.corruptionsFixed),
    ...some("leaks-fixed", found.leaksFixed),
    ...some("allocated-clusters", found.allocated),
    ...some("fragmented-clusters", found.fragmented),
    ...some("compressed-clusters", found.packed),
    filename: file,
    format: "qcow2",
  };
}
