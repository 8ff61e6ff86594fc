// What 9p's messages are made of.

import type { Attributes, Moment } from "../../../fs/interfaces.js";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../fs/mode.js";
import { bytesOf, nameOf } from "../../../fs/names.js";
import { MessageReader, MessageWriter } from "../wire.js";
import { HEADER, QT_DIR, QT_SYMLINK } from "./registers.js";

/** Reads what stands behind the header. */
export class Reader extends MessageReader {
  constructor(bytes: Uint8Array) {
    super(bytes, HEADER);
  }

  /** A name: a character is a byte. */
  string(): string {
    return nameOf(this.data(this.u16()));
  }
}

/** Writes an answer. */
export class Reply extends MessageWriter {
  constructor() {
    super(HEADER);
  }

  string(text: string): this {
    return this.u16(text.length).raw(bytesOf(text));
  }

  qid({ id, mode, version }: Pick<Attributes, "id" | "mode" | "version">): this {
    const kind = mode & S_IFMT;
    const type = kind === S_IFDIR ? QT_DIR : kind === S_IFLNK ? QT_SYMLINK : 0;
    return this.u8(type)
      .u32(version % 2 ** 32)
      .u64(id);
  }

  moment({ seconds, nanoseconds }: Moment): this {
    return this.u64(seconds).u64(nanoseconds);
  }

  /** The message, with its header. */
  finish(type: number, tag: number): Uint8Array {
    this.putU32(0, this.length);
    this.putU8(4, type);
    this.putU16(5, tag);
    return this.written;
  }
}
