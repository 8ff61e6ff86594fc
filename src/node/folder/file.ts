// An open file of a shared folder. Reads and writes are synchronous: the host's page cache answers in less than a trip through the
// event loop takes. Syncing waits for the disk and is asynchronous.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import type { OpenFile, OpenOptions } from "../../fs/interfaces.js";
import { fromHost, onHost } from "./host-error.js";

/** The node of an open file. */
export interface OpenNode {
  hold(): unknown;
  release(): void;
  dropPrivileges(): void;
}

export class FolderFile implements OpenFile {
  private open = true;

  /** The descriptor is its own from now on. */
  constructor(
    private readonly node: OpenNode,
    private readonly fd: number,
    private readonly options: OpenOptions,
  ) {
    node.hold();
  }

  read(offset: number, into: Uint8Array): number {
    if (!this.options.read) refuse("EBADF");
    return onHost(() => {
      let at = 0;
      while (at < into.length) {
        const count = fs.readSync(this.fd, into, at, into.length - at, offset + at);
        if (count === 0) break;
        at += count;
      }
      return at;
    });
  }

  write(offset: number, from: Uint8Array, privileged: boolean): number {
    if (!this.options.write) refuse("EBADF");
    return onHost(() => {
      const written = fs.writeSync(this.fd, from, 0, from.length, offset);
      if (!privileged && written > 0) this.node.dropPrivileges();
      return written;
    });
  }

  /** Node has no fallocate; programs have another way then. */
  allocate(): never {
    return refuse("EOPNOTSUPP");
  }

  /** Node cannot ask where holes are: there is data all the way. */
  seek(offset: number, what: "data" | "hole"): number {
    const { size } = onHost(() => fs.fstatSync(this.fd));
    if (offset >= size) refuse("ENXIO");
    return what === "data" ? offset : size;
  }

  sync(dataOnly: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      (dataOnly ? fs.fdatasync : fs.fsync)(this.fd, (error) => (error ? reject(fromHost(error)) : resolve()));
    });
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    fs.closeSync(this.fd);
    this.node.release();
  }
}
