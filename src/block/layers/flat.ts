// Layers of files as clusters, for hosts that keep those one by one; and clusters as a layer.

import { CLUSTER, type SavedCluster, SECTOR } from "../clusters.js";
import { BlockError } from "../interfaces.js";
import type { SyncFile } from "./files.js";
import { LayerMap } from "./map.js";
import { encodeHeader, encodeRecord, HEADER_BYTES, type Identity, RECORD_BYTES } from "./record.js";

/** The map of a layer whose data are these clusters, one behind the other. */
export function mapBytes(identity: Identity, clusters: readonly SavedCluster[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + clusters.length * RECORD_BYTES);
  bytes.set(encodeHeader({ ...identity, turn: 1, generation: 0 }));
  for (const [slot, { index, present }] of clusters.entries()) {
    bytes.set(encodeRecord({ cluster: index, slot, present, order: slot }), HEADER_BYTES + slot * RECORD_BYTES);
  }
  return bytes;
}

export interface Flat {
  readonly identity: Identity;
  readonly clusters: readonly SavedCluster[];
}

/** What layers have together, from their files by name. Throws BlockError where they are damaged. */
export function flatten(files: ReadonlyMap<string, Uint8Array>): Flat {
  const clusters = new Map<number, SavedCluster>();
  let identity: Identity | undefined;
  for (let generation = 0; files.has(`${generation}.data`); generation++) {
    const data = files.get(`${generation}.data`)!;
    const maps = [0, 1].map((k) => new Bytes(files.get(`${generation}.map${k}`) ?? new Uint8Array()));
    const header = LayerMap.header(maps as [Bytes, Bytes]);
    if (!header) throw new BlockError(`layer ${generation} has no header`);
    const { size, fingerprint } = header;
    if (identity && (identity.size !== size || identity.fingerprint !== fingerprint)) {
      throw new BlockError(`layer ${generation} belongs to another image than the one below`);
    }
    identity = { size, fingerprint };
    for (const [index, { slot, present }] of LayerMap.open(maps as [Bytes, Bytes], data.length).places) {
      const before = clusters.get(index) ?? { index, data: new Uint8Array(CLUSTER), present: present.slice().fill(0) };
      for (const [sector, here] of present.entries()) {
        if (!here) continue;
        const at = sector * SECTOR;
        before.data.set(data.subarray(slot * CLUSTER + at, slot * CLUSTER + at + SECTOR), at);
        before.present[sector] = 1;
      }
      clusters.set(index, before);
    }
  }
  if (!identity) throw new BlockError("there is no layer");
  return { identity, clusters: [...clusters.values()] };
}

/** A file in memory that is looked at: what is written to it goes nowhere. */
class Bytes implements SyncFile {
  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, into: Uint8Array): number {
    const part = this.bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }

  write(): void {}
  truncate(): void {}
  flush(): void {}
  close(): void {}
}
