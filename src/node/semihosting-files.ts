// Files of the host for programs that make calls of semihosting, where the user gives them (target=native): regular files alone, and no
// disk of a machine is written to.

import * as fs from "node:fs";
import { FileFailure, type HostFile, type HostFiles } from "../machine/semihosting/interfaces.js";
import { refuseDisks } from "./output-file.js";

const EACCES = 13;
const EIO = 5;

export function semihostingFiles(images: readonly string[]): HostFiles {
  return {
    open: async (name, mode) =>
      failing(() => {
        // A pipe's opening would wait for its other end.
        if (fs.statSync(name, { throwIfNoEntry: false })?.isFile() === false) throw new FileFailure(EACCES);
        if (mode !== "r") refuseDisks(name, images);
        return new NodeFile(fs.openSync(name, mode), mode.startsWith("a"));
      }),
    remove: async (name) =>
      failing(() => {
        refuseDisks(name, images);
        fs.unlinkSync(name);
      }),
    rename: async (from, to) =>
      failing(() => {
        for (const name of [from, to]) refuseDisks(name, images);
        fs.renameSync(from, to);
      }),
  };
}

class NodeFile implements HostFile {
  private position = 0;

  constructor(
    private readonly fd: number,
    private readonly append: boolean,
  ) {}

  async read(length: number): Promise<Uint8Array> {
    return failing(() => {
      const left = Math.max(0, fs.fstatSync(this.fd).size - this.position);
      const bytes = new Uint8Array(Math.min(length, left));
      const count = fs.readSync(this.fd, bytes, 0, bytes.length, this.position);
      this.position += count;
      return bytes.subarray(0, count);
    });
  }

  async write(bytes: Uint8Array): Promise<number> {
    return failing(() => {
      const count = fs.writeSync(this.fd, bytes, 0, bytes.length, this.append ? null : this.position);
      this.position = this.append ? fs.fstatSync(this.fd).size : this.position + count;
      return count;
    });
  }

  seek(position: number): void {
    this.position = position;
  }

  async size(): Promise<number> {
    return failing(() => fs.fstatSync(this.fd).size);
  }

  async close(): Promise<void> {
    failing(() => fs.closeSync(this.fd));
  }
}

/** Errors of the host by their numbers. */
function failing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    const { errno, name } = error as NodeJS.ErrnoException;
    throw new FileFailure(errno === undefined ? (name === "MachineError" ? EACCES : EIO) : Math.abs(errno));
  }
}
