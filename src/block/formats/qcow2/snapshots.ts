// The table of internal snapshots.

import { BlockError } from "../../interfaces.js";
import { u64be, utf8, viewOf } from "../bytes.js";
import type { ImageFile } from "../image-file.js";
import type { Steps } from "../steps.js";

export interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly l1Offset: number;
  /** Entries. */
  readonly l1Size: number;
  /** Seconds since 1970. */
  readonly date: number;
  /** Of the guest's time, nanoseconds. */
  readonly clock: number;
  readonly stateSize: number;
  /** Of the disk then; undefined where the image does not say it. */
  readonly diskSize: number | undefined;
}

const FIXED = 40;
const MOST_EXTRA = 1024;
const MOST_L1 = 4 << 20;

export function* listSnapshots(
  file: ImageFile,
  offset: number,
  count: number,
): Steps<{ list: Snapshot[]; length: number }> {
  const list: Snapshot[] = [];
  let at = offset;
  for (let k = 0; k < count; k++) {
    file.needs(`entry ${k} of ${count} of its snapshot table`, at, FIXED);
    const fixed = new Uint8Array(FIXED);
    yield file.read(at, fixed);
    const view = viewOf(fixed);
    const extra = view.getUint32(36);
    const idLength = view.getUint16(12);
    const nameLength = view.getUint16(14);
    const l1Size = view.getUint32(8);
    if (extra > MOST_EXTRA)
      throw new BlockError(`${file.name} is damaged: snapshot ${k} has ${extra} bytes of extra data`);
    if (l1Size > MOST_L1)
      throw new BlockError(`${file.name} is damaged: snapshot ${k} has an L1 table of ${l1Size} entries`);
    const rest = new Uint8Array(extra + idLength + nameLength);
    file.needs(`entry ${k} of ${count} of its snapshot table`, at, FIXED + rest.length);
    yield file.read(at + FIXED, rest);
    const more = viewOf(rest);
    list.push({
      id: utf8(rest.subarray(extra, extra + idLength)),
      name: utf8(rest.subarray(extra + idLength)),
      l1Offset: u64be(view, 0),
      l1Size,
      date: view.getUint32(16),
      clock: u64be(view, 24),
      stateSize: extra >= 8 ? u64be(more, 0) : view.getUint32(32),
      diskSize: extra >= 16 ? u64be(more, 8) : undefined,
    });
    at += Math.ceil((FIXED + rest.length) / 8) * 8;
  }
  return { list, length: at - offset };
}
