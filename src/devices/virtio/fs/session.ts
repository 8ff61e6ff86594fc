// One guest's use of a file system over FUSE: the files it was told of, and those it has open.

import { refuse } from "../../../fs/errno.js";
import type { Entry, FileSystem, FsNode, OpenFile } from "../../../fs/interfaces.js";
import { afterEither, type Later } from "../../../fs/later.js";
import { VIRTIO_FS_MAX_HANDLES } from "../../../tuning/devices.js";
import { Nodes } from "./nodes.js";
import type { Reader, Reply } from "./wire.js";

/** How long a guest may rely on what it was told, and whether it keeps what it has read. */
export interface CachePolicy {
  /** Seconds. */
  readonly valid: number;
  /** of `open`'s answer. */
  readonly openFlags: number;
}

/** A request in its handler. */
export interface Call {
  readonly session: Session;
  /** The file it is about. */
  readonly node: FsNode;
  /** Its number, as the guest has it. */
  readonly about: number;
  readonly uid: number;
  readonly gid: number;
  readonly body: Reader;
  readonly reply: Reply;
  /** Bytes that the answer may have. */
  readonly room: number;
}

export type Handler = (call: Call) => Later<void>;

/** Something open: a file, or the list of a directory as it was when the reading began. */
export interface Handle {
  readonly file?: OpenFile;
  /** Of a file: writes go behind its end. */
  readonly append?: boolean;
  listing?: readonly Entry[];
}

export class Session {
  readonly nodes: Nodes;
  /** The guest has said how it speaks. */
  begun = false;
  /** A setxattr has two words more. */
  extendedXattrs = false;
  private handles = new Map<number, Handle>();
  private lastHandle = 0;

  constructor(
    readonly fs: FileSystem,
    readonly policy: CachePolicy,
  ) {
    this.nodes = new Nodes(fs.root);
  }

  get openCount(): number {
    return this.handles.size;
  }

  mayOpen(): void {
    if (this.handles.size >= VIRTIO_FS_MAX_HANDLES) refuse("ENFILE");
  }

  open(handle: Handle): number {
    const number = ++this.lastHandle;
    this.handles.set(number, handle);
    return number;
  }

  handle(number: number): Handle {
    return this.handles.get(number) ?? refuse("EBADF");
  }

  file(number: number): OpenFile {
    return this.handle(number).file ?? refuse("EBADF");
  }

  close(number: number): Later<void> {
    const { file } = this.handle(number);
    this.handles.delete(number);
    return file?.close();
  }

  /** Nothing is open and nothing known any more. */
  end(): void {
    const open = [...this.handles.values()];
    this.handles = new Map();
    this.begun = false;
    for (const { file } of open) {
      // A host that fails here has nobody to be told.
      afterEither(
        () => file?.close(),
        () => undefined,
        () => undefined,
      );
    }
    this.nodes.clear();
  }
}
