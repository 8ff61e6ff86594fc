// Files that a guest knows, by the numbers it was told. Each is counted as often as it was told; forgets count down.

import { refuse } from "../../../fs/errno.js";
import type { FsNode } from "../../../fs/interfaces.js";
import { VIRTIO_FS_MAX_NODES } from "../../../tuning/devices.js";
import { ROOT_ID } from "./registers.js";

interface Known {
  readonly node: FsNode;
  readonly number: number;
  lookups: number;
}

export class Nodes {
  private readonly byNumber = new Map<number, Known>();
  private readonly byNode = new Map<FsNode, Known>();
  private last = ROOT_ID;

  constructor(private readonly root: FsNode) {}

  /** Besides the root. */
  get size(): number {
    return this.byNumber.size;
  }

  get(number: number): FsNode {
    if (number === ROOT_ID) return this.root;
    // What the guest has forgotten is none of its files any more.
    return this.byNumber.get(number)?.node ?? refuse("ESTALE");
  }

  /** Tells the guest of a file, which is held for that; answers its number. */
  tell(node: FsNode): number {
    if (node === this.root) {
      node.release();
      return ROOT_ID;
    }
    const known = this.byNode.get(node);
    if (known) {
      known.lookups++;
      node.release();
      return known.number;
    }
    if (this.byNumber.size >= VIRTIO_FS_MAX_NODES) {
      node.release();
      return refuse("ENFILE");
    }
    const added = { node, number: ++this.last, lookups: 1 };
    this.byNumber.set(added.number, added);
    this.byNode.set(node, added);
    return added.number;
  }

  forget(number: number, lookups: number): void {
    const known = this.byNumber.get(number);
    if (!known) return;
    known.lookups -= lookups;
    if (known.lookups <= 0) this.drop(known);
  }

  clear(): void {
    for (const known of [...this.byNumber.values()]) this.drop(known);
  }

  private drop({ node, number }: Known): void {
    this.byNumber.delete(number);
    this.byNode.delete(node);
    node.release();
  }
}
