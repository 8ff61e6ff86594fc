// A client's name for a file. The file stays the same whatever becomes of its names; where it was found is remembered for the two
// requests (rename, remove) that mean a name though they do not say it.

import { refuse } from "../../../fs/errno.js";
import type { Entry, FsNode, OpenFile } from "../../../fs/interfaces.js";
import { after, type Later } from "../../../fs/later.js";
import { S_IFDIR } from "../../../fs/mode.js";

export interface Place {
  readonly directory: FsNode;
  readonly name: string;
}

/** A list of a directory, as it was when it was begun. */
export interface Listing {
  readonly entries: readonly Entry[];
}

/** An xattr that is read or written like a file. */
export interface XattrAccess {
  readonly name: string;
  readonly value: Uint8Array;
  /** Written: set on clunk. */
  readonly how?: { readonly flags: number };
  written: number;
}

export class Fid {
  file: OpenFile | undefined;
  listing: Listing | undefined;
  xattr: XattrAccess | undefined;
  /** Owners of locks that came by it. */
  readonly lockOwners = new Set<string>();
  private place: Place | undefined;

  /** The node is held for it already. */
  constructor(
    private current: FsNode,
    readonly uid: number,
    place?: Place,
  ) {
    this.remember(place);
  }

  get node(): FsNode {
    return this.current;
  }

  get opened(): boolean {
    return this.file !== undefined || this.listing !== undefined || this.xattr !== undefined;
  }

  /** It is another file's from now on, which is held for it. */
  become(node: FsNode, place: Place): void {
    this.current.release();
    this.current = node;
    this.remember(place);
  }

  /** A clone of it; the caller's node is held for it. */
  get where(): Place | undefined {
    return this.place;
  }

  /** Where a name of its file is now. */
  found(): Later<Place> {
    const { node, place } = this;
    const directory = (node.kind === S_IFDIR ? node.parent : undefined) ?? place?.directory;
    if (directory === undefined || directory === node) return refuse("EBUSY");
    return after(directory.entries(), (entries) => {
      const same = entries.filter(({ id }) => id === node.id);
      const found = same.find(({ name }) => name === place?.name) ?? same[0];
      return found ? { directory, name: found.name } : refuse("ENOENT");
    });
  }

  /** Where it would be found. */
  remember(place: Place | undefined): void {
    place?.directory.hold();
    this.place?.directory.release();
    this.place = place;
  }

  /** Gives everything back. */
  close(): Later<void> {
    const { file } = this;
    this.file = undefined;
    this.remember(undefined);
    return after(file?.close(), () => this.current.release());
  }
}
