// The text of a VMDK image: names and values, and a line for each extent.

import { BlockError } from "../interfaces.js";

export interface Description {
  readonly extents: readonly {
    readonly sectors: number;
    readonly type: "FLAT" | "SPARSE" | "ZERO";
    readonly name: string;
    /** In that file, in sectors. */
    readonly offset: number;
  }[];
  /** The image below. */
  readonly parent: string | undefined;
}

const NO_PARENT = "ffffffff";

/** Throws BlockError for what is not supported. */
export function parseDescription(text: string, name: string): Description {
  const extents: Description["extents"][number][] = [];
  let parentId: string | undefined;
  let hint: string | undefined;
  for (const line of (text.split("\0")[0] ?? "").split(/\r?\n/)) {
    const [, key = "", value = ""] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(line) ?? [];
    if (key.toLowerCase() === "parentcid") parentId = value.toLowerCase();
    if (key.toLowerCase() === "parentfilenamehint") hint = value;
    const extent = /^\s*(RW|RDONLY|NOACCESS)\s+(\d+)\s+(\w+)(?:\s+"([^"]*)"(?:\s+(\d+))?)?/.exec(line);
    if (!extent) continue;
    const [, access, sectors, type, file = "", offset = "0"] = extent;
    if (access === "NOACCESS") throw new BlockError(`${name} has an extent without access: '${line.trim()}'`);
    const kind = type === "VMFS" ? "FLAT" : type!;
    if (kind !== "FLAT" && kind !== "SPARSE" && kind !== "ZERO") {
      throw new BlockError(`${name} has an extent of the type ${type}: FLAT, SPARSE and ZERO are supported`);
    }
    if (Number(sectors) > 2 ** 42) throw new BlockError(`${name} has an extent of ${sectors} sectors`);
    extents.push({ sectors: Number(sectors), type: kind, name: file, offset: Number(offset) });
  }
  if (extents.length === 0) throw new BlockError(`${name} says no extents of its disk`);
  const parent = parentId === undefined || parentId === NO_PARENT ? undefined : hint;
  return { extents, parent };
}
