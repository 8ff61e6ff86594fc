// An image that one machine writes is nobody else's meanwhile. Node cannot lock files; the program flock can, and a lock of
// flock() belongs to the open file, not to the process that asked for it: it stays while this process has the descriptor,
// and goes with it, however the process ends. It is on the file itself, so names and links do not matter.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { BlockError } from "../block/interfaces.js";
import { forbidden, holders, locksOn, nameInKernel, readProc } from "./kernel-locks.js";

/** Descriptor of the image in the program that locks it. */
const CHILD_FD = 3;
/** What flock answers when somebody else has the lock. */
const TAKEN = 1;

/**
 * Locks an open image: `shared` with others that only read it, else for this machine alone. Throws BlockError naming who has
 * it; tells `warn` where images cannot be locked.
 */
export function lockImage(fd: number, path: string, shared: boolean, warn: (message: string) => void): void {
  const { taken, problem } = lock(fd, shared);
  if (taken) {
    throw new BlockError(
      `'${path}' is in use by ${holdersOf(fd)}: use a copy of it, or an image that all who use it only read (readonly=on, snapshot=on)`,
    );
  }
  if (problem !== undefined) warn(`'${path}' cannot be locked (${problem}): see to it that no other machine uses it`);
}

/** Who has an open file as an image; undefined: nobody that can be seen. The lock that is tried goes when the file is closed. */
export function inUseBy(fd: number): string | undefined {
  return lock(fd, false).taken ? holdersOf(fd) : undefined;
}

/** Whether others have what forbids the lock; if not, it is taken, or `problem` says why it cannot be. */
function lock(fd: number, shared: boolean): { taken: boolean; problem?: string } {
  const { status, error, stderr } = spawnSync("flock", ["-n", shared ? "-s" : "-x", String(CHILD_FD)], {
    stdio: ["ignore", "ignore", "pipe", fd],
    encoding: "utf8",
  });
  if (status === TAKEN) return { taken: true };
  if (status !== 0) {
    const problem = error ? "there is no program flock, which is in util-linux" : stderr.trim().replace(/^flock: /, "");
    return { taken: false, problem };
  }
  const name = nameInKernel(fd);
  const locks = readProc("/proc/locks");
  return { taken: name !== undefined && locks !== undefined && forbidden(locksOn(name, locks), shared) };
}

function holdersOf(fd: number): string {
  const others = holders(fs.fstatSync(fd));
  return others.length === 0
    ? "another drive or machine of this process"
    : `process${others.length > 1 ? "es" : ""} ${others.join(", ")}`;
}
