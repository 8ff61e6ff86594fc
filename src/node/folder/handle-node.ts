// A file of a shared folder as something that has a handle: which file of the host it is, where it was seen last, who holds it.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import { BaseNode } from "../../fs/node.js";
import { type Holder, pathIn, pathOf } from "./handles.js";
import { type MetadataPlace, ROOT_FILE } from "./metadata.js";
import type { HostFile, Share } from "./share.js";

/** Where it was seen last. */
export interface Place<N> {
  readonly directory: N;
  readonly name: string;
}

export abstract class HandleNode<N extends HandleNode<N>> extends BaseNode implements Holder {
  readonly id: number;
  readonly file: HostFile;
  pinned = false;
  private nameless = false;
  private holders = 0;
  /** Undefined: it has lost the name it had. Of the root: none. */
  protected place: Place<N> | undefined;

  /** The handle is its own from now on. */
  constructor(
    readonly share: Share<N>,
    public fd: number,
    { dev, ino, birthtimeNs }: fs.BigIntStats,
    place: Place<N> | undefined,
  ) {
    super();
    this.file = { dev, ino, birthtimeNs };
    this.id = share.ids.of(dev, ino);
    this.moveTo(place);
    if (place === undefined) this.pinned = true;
  }

  /** It itself, by the type that it is. */
  protected abstract readonly self: N;

  override get parent(): N | undefined {
    return this.place?.directory ?? (this.isRoot ? this.self : undefined);
  }

  protected get isRoot(): boolean {
    return this.pinned && this.place === undefined && !this.nameless;
  }

  override hold(): this {
    this.holders++;
    return this;
  }

  override release(): void {
    // Not by calls of calls: a guest chooses how deep its directories are.
    let node: HandleNode<N> | undefined = this;
    while (node !== undefined && --node.holders <= 0) {
      node.share.forget(node.self);
      node.share.handles.close(node);
      const directory: N | undefined = node.place?.directory;
      node.place = undefined;
      node = directory;
    }
  }

  /** Its handle, which is open until the next use of another one but one. */
  handle(): number {
    if (this.fd < 0) this.reopen();
    this.share.handles.touch(this);
    return this.fd;
  }

  /** By its place, where it has to be still. */
  private reopen(): void {
    const { directory, name } = this.place ?? refuse("ESTALE");
    const fd = this.share.handle(directory.handle(), name);
    const { dev, ino, birthtimeNs } = this.share.stat(fd);
    const { file } = this;
    if (dev !== file.dev || ino !== file.ino || birthtimeNs !== file.birthtimeNs) {
      fs.closeSync(fd);
      refuse("ESTALE");
    }
    this.fd = fd;
  }

  get path(): string {
    return pathOf(this.handle());
  }

  in(name: string): Buffer {
    return pathIn(this.handle(), name);
  }

  stat(): fs.BigIntStats {
    return this.share.stat(this.handle());
  }

  /** Where its metadata lie; undefined where it has no name any more. */
  get metadataPlace(): MetadataPlace | undefined {
    if (this.isRoot) return { directory: this.handle(), name: ROOT_FILE };
    return this.place && { directory: this.place.directory.handle(), name: this.place.name };
  }

  private moveTo(place: Place<N> | undefined): void {
    place?.directory.hold();
    this.place?.directory.release();
    this.place = place;
  }

  /** The name it was found by is going: it stays by its handle. */
  protected loseName(): void {
    this.handle();
    this.pinned = true;
    this.nameless = true;
    this.share.handles.touch(this);
    this.moveTo(undefined);
  }

  /** It was found by this name. */
  protected seenAt(place: Place<N>): void {
    this.moveTo(place);
    this.nameless = false;
    this.pinned = false;
    this.share.handles.touch(this);
  }

  /** While its handle is open no other file has its number. */
  protected isSame({ birthtimeNs }: HostFile): boolean {
    return this.fd >= 0 || birthtimeNs === this.file.birthtimeNs;
  }

  /** Of a symlink of the host: what is read by its name has to be its own. */
  readTarget(): string {
    const { directory, name } = this.place ?? refuse("ESTALE");
    const path = directory.in(name);
    const target = fs.readlinkSync(path, "latin1");
    this.same(path);
    return target;
  }

  /** Throws where a name is another file's. */
  protected same(path: Buffer): void {
    const { dev, ino } = fs.lstatSync(path, { bigint: true });
    if (dev !== this.file.dev || ino !== this.file.ino) refuse("ESTALE");
  }
}
