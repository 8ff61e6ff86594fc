// What FUSE's messages are made of.

import { refuse } from "../../../fs/errno.js";
import type { Attributes } from "../../../fs/interfaces.js";
import { packDevice } from "../../../fs/mode.js";
import { nameOf } from "../../../fs/names.js";
import { MessageReader, MessageWriter } from "../wire.js";
import { IN_HEADER, OUT_HEADER } from "./registers.js";

/** Reads what stands behind the header. */
export class Reader extends MessageReader {
  constructor(bytes: Uint8Array) {
    super(bytes, IN_HEADER);
  }

  /** A string with a NUL behind it. */
  name(): string {
    const rest = this.data(this.left);
    const end = rest.indexOf(0);
    if (end < 0) return refuse("EPROTO");
    this.back(rest.length - end - 1);
    return nameOf(rest.subarray(0, end));
  }
}

/** Writes what stands behind the header. */
export class Reply extends MessageWriter {
  constructor() {
    super(OUT_HEADER);
  }

  attributes(all: Attributes): this {
    const { accessed, modified, changed } = all;
    this.u64(all.id).u64(all.size).u64(all.blocks);
    this.u64(accessed.seconds).u64(modified.seconds).u64(changed.seconds);
    this.u32(accessed.nanoseconds).u32(modified.nanoseconds).u32(changed.nanoseconds);
    this.u32(all.mode).u32(all.links).u32(all.uid).u32(all.gid);
    return this.u32(packDevice(all.device)).u32(all.blockSize).u32(0);
  }

  /** The message: `error` is 0 or a number of Linux's. */
  finish(unique: Uint8Array, error: number): Uint8Array {
    this.putU32(0, this.length);
    this.putU32(4, error === 0 ? 0 : 2 ** 32 - error);
    this.put(8, unique);
    return this.written;
  }
}
