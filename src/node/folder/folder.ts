// A folder of the host that a guest shares: -fsdev local. Nothing outside of it is ever reached (node.ts), which takes Linux: elsewhere
// a path is all that Node can go by, and a guest can change where one leads.

import * as fs from "node:fs";
import type { FileSystem, Statistics } from "../../fs/interfaces.js";
import { NAME_MAX } from "../../fs/names.js";
import { O_DIRECTORY, O_PATH } from "./handles.js";
import { onHost } from "./host-error.js";
import { MappedModel } from "./mapped.js";
import { NativeModel } from "./native.js";
import { FolderNode } from "./node.js";
import { type SecurityModel, Share } from "./share.js";

export interface FolderOptions {
  readonly model: SecurityModel;
  readonly readOnly: boolean;
  /** Handles that may be open at once. */
  readonly handles?: number;
}

/** Of descriptors the process may have, others want some too. */
const HANDLES = 4096;

export class FolderFileSystem implements FileSystem {
  readonly root: FolderNode;
  readonly readOnly: boolean;
  private readonly share: Share<FolderNode>;

  /** Throws what the host refuses. */
  constructor(path: string, { model, readOnly, handles = HANDLES }: FolderOptions) {
    this.readOnly = readOnly;
    this.share = new Share<FolderNode>({ model, readOnly, handles });
    // This one name is the user's own: it may lead through symlinks.
    const fd = fs.openSync(path, O_PATH | O_DIRECTORY);
    const ways =
      model === "mapped-file" ? new MappedModel(this.share.handles) : new NativeModel(model === "passthrough");
    this.root = new FolderNode(this.share, ways, fd, fs.fstatSync(fd, { bigint: true }), undefined).hold();
  }

  statistics(): Statistics {
    const { type, bsize, blocks, bavail, files, ffree } = onHost(() => fs.statfsSync(this.root.path));
    return { type, blockSize: bsize, blocks, free: bavail, files, freeFiles: ffree, nameLength: NAME_MAX };
  }

  /** Node cannot sync a whole file system; each open file can be. */
  sync(): void {}

  close(): void {
    this.root.release();
  }
}

/** Whether a host can share folders. */
export function canShare(): boolean {
  return process.platform === "linux" && fs.existsSync("/proc/self/fd");
}
