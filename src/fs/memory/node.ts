// A file in memory: what is the same for all kinds. Directories and contents are in files of their own.

import { refuse } from "../errno.js";
import type { Attributes, Changes, DeviceNumber, Moment, XattrHow } from "../interfaces.js";
import { PERMISSIONS, S_IFDIR, S_IFMT, S_IFREG, withoutPrivileges } from "../mode.js";
import { XATTR_LIST_MAX, XATTR_SIZE_MAX } from "../names.js";
import { BaseNode } from "../node.js";
import { NODE_BYTES, type Volume } from "./volume.js";

const NO_DEVICE: DeviceNumber = { major: 0, minor: 0 };
const BLOCK = 4096;

export interface Birth {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly device?: DeviceNumber;
}

export class MemoryNode extends BaseNode {
  readonly id: number;
  readonly kind: number;
  links = 1;
  mode: number;
  uid: number;
  gid: number;
  accessed: Moment;
  modified: Moment;
  changed: Moment;
  readonly born: Moment;
  version = 0;
  private readonly device: DeviceNumber;
  private xattrs: Map<string, Uint8Array> | undefined;
  private holders = 0;
  private gone = false;

  constructor(
    readonly volume: Volume,
    { mode, uid, gid, device = NO_DEVICE }: Birth,
  ) {
    super();
    volume.take(NODE_BYTES);
    volume.files++;
    this.id = volume.nextId();
    this.kind = mode & S_IFMT;
    this.mode = mode & (S_IFMT | PERMISSIONS);
    this.uid = uid;
    this.gid = gid;
    this.device = device;
    this.accessed = this.modified = this.changed = this.born = volume.now();
  }

  /** Bytes of the file. */
  get size(): number {
    return 0;
  }

  /** Bytes of memory its contents take. */
  protected get bytes(): number {
    return 0;
  }

  override hold(): this {
    this.holders++;
    return this;
  }

  override release(): void {
    this.holders--;
    this.forgetIfGone();
  }

  /** A name of it has gone. */
  unlinked(): void {
    this.links--;
    this.changed = this.volume.now();
    this.forgetIfGone();
  }

  /** The file has no name and no holder: its room is given back. */
  protected forget(): void {}

  private forgetIfGone(): void {
    if (this.links > 0 || this.holders > 0 || this.gone) return;
    this.gone = true;
    this.forget();
    for (const [name, value] of this.xattrs ?? []) this.volume.take(-(name.length + value.length));
    this.volume.take(-NODE_BYTES);
    this.volume.files--;
  }

  override attributes(): Attributes {
    const { id, mode, links, uid, gid, device, size, accessed, modified, changed, born, version } = this;
    const blocks = Math.ceil(this.bytes / BLOCK) * (BLOCK / 512);
    return {
      ...{ id, mode, links, uid, gid, device, size, blocks, blockSize: BLOCK },
      accessed,
      modified,
      changed,
      born,
      version,
    };
  }

  override change(changes: Changes): void {
    this.volume.mayChange();
    const { mode, uid, gid, size, accessed, modified, dropPrivileges } = changes;
    const now = this.volume.now();
    if (size !== undefined) this.resize(size);
    // A new owner does not get what the old one's set-user-ID bit gave.
    if (dropPrivileges || uid !== undefined || gid !== undefined) this.mode = withoutPrivileges(this.mode);
    if (mode !== undefined) this.mode = this.kind | (mode & PERMISSIONS);
    if (uid !== undefined) this.uid = uid;
    if (gid !== undefined) this.gid = gid;
    if (accessed !== undefined) this.accessed = accessed === "now" ? now : accessed;
    if (modified !== undefined) this.modified = modified === "now" ? now : modified;
    this.changed = now;
  }

  protected resize(_size: number): void {
    refuse(this.kind === S_IFDIR ? "EISDIR" : "EINVAL");
  }

  /** Its contents were written. */
  protected touch(): void {
    this.modified = this.changed = this.volume.now();
    this.version++;
  }

  /** Its contents were read: as with relatime, a time is written once a day or after a change. */
  protected read(): void {
    if (this.volume.readOnly) return;
    const { accessed, modified, changed } = this;
    const now = this.volume.now();
    const day = now.seconds - accessed.seconds >= 86400;
    if (day || !later(accessed, modified) || !later(accessed, changed)) this.accessed = now;
  }

  override getXattr(name: string): Uint8Array {
    return this.xattrs?.get(name) ?? refuse("ENODATA");
  }

  override setXattr(name: string, value: Uint8Array, how: XattrHow): void {
    this.volume.mayChange();
    if (name.startsWith("user.") && this.kind !== S_IFREG && this.kind !== S_IFDIR) refuse("EPERM");
    if (value.length > XATTR_SIZE_MAX) refuse("ERANGE");
    const old = this.xattrs?.get(name);
    if (how === "create" && old) refuse("EEXIST");
    if (how === "replace" && !old) refuse("ENODATA");
    if (!old && this.listLength + name.length + 1 > XATTR_LIST_MAX) refuse("ENOSPC");
    this.volume.take(value.length - (old ? old.length : -name.length));
    this.xattrs ??= new Map();
    this.xattrs.set(name, value.slice());
    this.changed = this.volume.now();
  }

  override listXattrs(): string[] {
    return [...(this.xattrs?.keys() ?? [])];
  }

  override removeXattr(name: string): void {
    this.volume.mayChange();
    const old = this.xattrs?.get(name) ?? refuse("ENODATA");
    this.xattrs!.delete(name);
    this.volume.take(-(old.length + name.length));
    this.changed = this.volume.now();
  }

  private get listLength(): number {
    let length = 0;
    for (const name of this.xattrs?.keys() ?? []) length += name.length + 1;
    return length;
  }
}

function later(a: Moment, b: Moment): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.nanoseconds > b.nanoseconds);
}

/** A symlink. */
export class MemorySymlink extends MemoryNode {
  constructor(
    volume: Volume,
    birth: Birth,
    private readonly text: string,
  ) {
    super(volume, birth);
  }

  override get size(): number {
    return this.text.length;
  }

  override target(): string {
    return this.text;
  }
}
