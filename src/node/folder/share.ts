// What the files of one shared folder have in common: handles, inode numbers, and the table of the files that the guest knows.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import { Handles, O_NOFOLLOW, O_PATH, pathIn } from "./handles.js";
import { onHost } from "./host-error.js";
import { InodeNumbers } from "./ids.js";

/**
 * mapped-file: owners, modes, devices, symlinks and xattrs are what files say that lie beside (.virtfs_metadata, as QEMU has them);
 * passthrough: they are the host's own; none: the same, and who may not give files away goes without.
 */
export type SecurityModel = "mapped-file" | "passthrough" | "none";

export interface ShareOptions {
  readonly model: SecurityModel;
  readonly readOnly: boolean;
  /** Handles that may be open at once. */
  readonly handles: number;
}

/** Which file of the host it is. */
export interface HostFile {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
}

/** A file that the guest knows. */
export interface Known {
  readonly file: HostFile;
}

const keyOf = ({ dev, ino }: HostFile): string => `${dev}:${ino}`;

export class Share<N extends Known> {
  readonly handles: Handles;
  readonly ids = new InodeNumbers();
  private readonly nodes = new Map<string, N>();

  constructor(readonly options: ShareOptions) {
    this.handles = new Handles(options.handles);
  }

  get mapped(): boolean {
    return this.options.model === "mapped-file";
  }

  mayChange(): void {
    if (this.options.readOnly) refuse("EROFS");
  }

  /** The node of a file that the guest knows. */
  known(file: HostFile): N | undefined {
    return this.nodes.get(keyOf(file));
  }

  add(node: N): void {
    this.nodes.set(keyOf(node.file), node);
  }

  forget(node: N): void {
    if (this.known(node.file) === node) this.nodes.delete(keyOf(node.file));
  }

  /** Opens a handle of a name in a directory, whatever it is; a symlink's is the symlink's. */
  handle(directory: number, name: string): number {
    return onHost(() => this.handles.open(pathIn(directory, name) as unknown as string, O_PATH | O_NOFOLLOW));
  }

  stat(fd: number): fs.BigIntStats {
    return onHost(() => fs.fstatSync(fd, { bigint: true }));
  }
}
