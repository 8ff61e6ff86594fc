// A file of a shared folder as something that has a handle: which file of the host it is, where it was seen last, who holds it.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import { BaseNode } from "../../fs/node.js";
import { type Holder, pathIn, pathOf } from "./handles.js";
import { type MetadataPlace, ROOT_FILE } from "./metadata.js";
import { type Place, Places } from "./places.js";
import type { HostFile, Share } from "./share.js";

export abstract class HandleNode<N extends HandleNode<N>> extends BaseNode implements Holder {
  readonly id: number;
  readonly file: HostFile;
  pinned = false;
  private nameless = false;
  private holders = 0;
  private text: string | undefined;
  private readonly places = new Places<N>();

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
    if (place === undefined) this.pinned = true;
    else this.places.found(place, true);
  }

  /** Where it was seen last. Undefined: it has lost the names it had. Of the root: none. */
  protected get place(): Place<N> | undefined {
    return this.places.last;
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
    const released: HandleNode<N>[] = [this];
    for (let node = released.pop(); node !== undefined; node = released.pop()) {
      if (--node.holders > 0) continue;
      node.share.forget(node.self);
      node.share.handles.close(node);
      for (const { directory } of node.places.empty()) released.push(directory);
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

  /** A name of it is going: without another one it stays by its handle. */
  protected loseName(place: Place<N>): void {
    this.handle();
    this.places.lost(place);
    // Others may have taken those, too.
    for (let other = this.place; other !== undefined && !this.isAt(other); other = this.place) this.places.lost(other);
    this.pinned = this.nameless = this.place === undefined;
    this.share.handles.touch(this);
  }

  /** It was found by this name; `only`: it has no other. */
  protected seenAt(place: Place<N>, only: boolean): void {
    this.places.found(place, only);
    this.nameless = false;
    this.pinned = false;
    this.share.handles.touch(this);
  }

  /** It was moved. */
  protected moved(from: Place<N>, to: Place<N>): void {
    this.seenAt(to, false);
    this.places.lost(from);
  }

  private isAt({ directory, name }: Place<N>): boolean {
    const stat = fs.lstatSync(directory.in(name), { bigint: true, throwIfNoEntry: false });
    return stat !== undefined && stat.dev === this.file.dev && stat.ino === this.file.ino;
  }

  /** While its handle is open no other file has its number. */
  protected isSame({ birthtimeNs }: HostFile): boolean {
    return this.fd >= 0 || birthtimeNs === this.file.birthtimeNs;
  }

  /** Of a symlink of the host, which always has the same: what is read by its name has to be its own. */
  readTarget(): string {
    if (this.text !== undefined) return this.text;
    const place = this.place ?? refuse("ESTALE");
    const target = fs.readlinkSync(place.directory.in(place.name), "latin1");
    this.checkAt(place);
    this.text = target;
    return target;
  }

  /** Throws where a name is another file's. */
  protected checkAt(place: Place<N>): void {
    if (!this.isAt(place)) refuse("ESTALE");
  }
}
