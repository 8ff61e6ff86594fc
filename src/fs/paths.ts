// Paths, for whoever uses a file system from outside as a program does. They begin at its root, and symlinks are followed as long as they
// stay below it.

import { FsError, refuse } from "./errno.js";
import type { FsNode } from "./interfaces.js";
import { S_IFLNK } from "./mode.js";
import { checkName, nameFromText } from "./names.js";

/** As Linux has it. */
const MOST_LINKS = 40;

/** A name in a directory, which is held. */
export interface Located {
  readonly directory: FsNode;
  readonly name: string;
}

const stepsOf = (path: string): string[] => path.split("/").filter((step) => step !== "" && step !== ".");

/** What a path leads to, held. */
export function findPath(root: FsNode, path: string): Promise<FsNode> {
  return walk(root, stepsOf(nameFromText(path)), true);
}

/** Where the last name of a path is. */
export async function locatePath(root: FsNode, path: string): Promise<Located> {
  const steps = stepsOf(nameFromText(path));
  const name = checkName(steps.pop() ?? refuse("EBUSY"));
  return { directory: await walk(root, steps, true), name };
}

/** What a name is, held; undefined: nothing has it. */
export async function findName(directory: FsNode, name: string): Promise<FsNode | undefined> {
  try {
    return await directory.lookup(name);
  } catch (error) {
    if (error instanceof FsError && error.name === "ENOENT") return undefined;
    throw error;
  }
}

async function walk(root: FsNode, path: readonly string[], followLast: boolean): Promise<FsNode> {
  // The way to where it is: ".." is one step back, and none at the root. Each is held.
  const way: FsNode[] = [root.hold()];
  const steps = [...path];
  let links = 0;
  try {
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      if (step === "..") {
        if (way.length > 1) way.pop()!.release();
        continue;
      }
      const node = await way.at(-1)!.lookup(checkName(step));
      if (node.kind !== S_IFLNK || (steps.length === 0 && !followLast)) {
        way.push(node);
        continue;
      }
      const target = await targetOf(node);
      if (++links > MOST_LINKS) refuse("ELOOP");
      // The root of such a path is the guest's, which is not here.
      if (target.startsWith("/")) refuse("EXDEV");
      steps.unshift(...stepsOf(target));
    }
    return way.at(-1)!.hold();
  } finally {
    for (const node of way) node.release();
  }
}

async function targetOf(link: FsNode): Promise<string> {
  try {
    return await link.target();
  } finally {
    link.release();
  }
}
