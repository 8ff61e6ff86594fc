// The first sector of an image, in memory: what changes while the image is used is all in it, so each change is there or not.

import { setU64be, u64be, viewOf } from "../bytes.js";
import type { ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";
import {
  AUTOCLEAR_AT,
  DIRTY,
  INCOMPATIBLE_AT,
  L1_AT,
  type NewHeader,
  REFCOUNT_TABLE_AT,
  SIZE_AT,
  writeExtensions,
} from "./header.js";

const SECTOR = 512;

export class HeaderSector {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(
    private readonly file: ImageFile,
    head: Uint8Array,
    private readonly version: 2 | 3,
  ) {
    this.bytes = head.slice(0, SECTOR);
    this.view = viewOf(this.bytes);
  }

  /** Of the disk, bytes. */
  get size(): number {
    return u64be(this.view, SIZE_AT);
  }

  get dirty(): boolean {
    return this.version === 3 && (this.view.getUint32(INCOMPATIBLE_AT + 4) & DIRTY) !== 0;
  }

  *setDirty(dirty: boolean): Steps<void> {
    yield* this.setBits(INCOMPATIBLE_AT + 4, DIRTY, dirty);
  }

  *setBits(at: number, bits: number, on: boolean): Steps<void> {
    const before = this.view.getUint32(at);
    yield* this.change(() => this.view.setUint32(at, (on ? before | bits : before & ~bits) >>> 0));
  }

  /** What is kept beside the data is not kept up by us. */
  *clearAutoclear(): Steps<void> {
    yield* this.change(() => setU64be(this.view, AUTOCLEAR_AT, 0));
  }

  *setSize(size: number): Steps<void> {
    yield* this.change(() => setU64be(this.view, SIZE_AT, size));
  }

  *setLevel1(offset: number, entries: number): Steps<void> {
    yield* this.change(() => {
      this.view.setUint32(L1_AT, entries);
      setU64be(this.view, L1_AT + 4, offset);
    });
  }

  *setRefcountTable(offset: number, clusters: number): Steps<void> {
    yield* this.change(() => {
      setU64be(this.view, REFCOUNT_TABLE_AT, offset);
      this.view.setUint32(REFCOUNT_TABLE_AT + 8, clusters);
    });
  }

  /** The rest of the first cluster, too: the name is behind what other programs may have put there. */
  *setBacking(start: number, clusterSize: number, backing: NewHeader["backing"]): Steps<void> {
    const bytes = new Uint8Array(clusterSize);
    bytes.set(this.bytes);
    writeExtensions(bytes, start, this.version === 3, backing);
    yield this.file.write(0, bytes);
    this.bytes.set(bytes.subarray(0, SECTOR));
    yield this.file.flush();
  }

  private *change(change: () => void): Steps<void> {
    const before = this.bytes.slice();
    let written = false;
    change();
    try {
      yield this.file.write(0, this.bytes.slice());
      written = true;
    } finally {
      if (!written) this.bytes.set(before);
    }
  }
}
