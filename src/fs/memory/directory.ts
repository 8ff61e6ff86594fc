// A directory in memory.

import { refusal, refuse } from "../errno.js";
import type { Created, DeviceNumber, Entry, FsNode, NewFile, RenameFlags } from "../interfaces.js";
import {
  PERMISSIONS,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
} from "../mode.js";
import { MemoryFile } from "./file.js";
import { type Birth, MemoryNode, MemorySymlink } from "./node.js";
import { NODE_BYTES, type Volume } from "./volume.js";

/** Links of a file, at most. */
const LINK_MAX = 65000;
/** Memory of an entry besides its name, about. */
const ENTRY_BYTES = 64;
const WHITEOUT: Birth = { mode: S_IFCHR, uid: 0, gid: 0, device: { major: 0, minor: 0 } };

export class MemoryDirectory extends MemoryNode {
  private readonly children = new Map<string, MemoryNode>();
  /** Undefined: it was removed. Of the root: itself. */
  private above: MemoryDirectory | undefined;

  constructor(volume: Volume, birth: Birth, parent?: MemoryDirectory) {
    super(volume, birth);
    this.links = 2;
    this.above = parent ?? this;
  }

  override get parent(): MemoryDirectory | undefined {
    return this.above;
  }

  override get size(): number {
    return 4096;
  }

  override lookup(name: string): MemoryNode {
    return this.child(name).hold();
  }

  override entries(): Entry[] {
    this.read();
    return [...this.children].map(([name, { id, kind }]) => ({ name, id, kind }));
  }

  override create(name: string, as: NewFile): Created {
    this.mayAdd(name);
    const node = new MemoryFile(this.volume, this.birth(as, S_IFREG));
    this.add(name, node);
    return { node: node.hold(), file: node.open(as.open ?? { read: true, write: true }) };
  }

  override mkdir(name: string, as: NewFile): MemoryNode {
    this.mayAdd(name);
    if (this.links >= LINK_MAX) refuse("EMLINK");
    const node = new MemoryDirectory(this.volume, this.birth(as, S_IFDIR), this);
    this.add(name, node);
    this.links++;
    return node.hold();
  }

  override mknod(name: string, as: NewFile, device: DeviceNumber): MemoryNode {
    this.mayAdd(name);
    const kind = as.mode & S_IFMT;
    if (kind === 0 || kind === S_IFREG)
      return this.add(name, new MemoryFile(this.volume, this.birth(as, S_IFREG))).hold();
    if (![S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].includes(kind)) return refuse(kind === S_IFDIR ? "EPERM" : "EINVAL");
    const numbered = kind === S_IFCHR || kind === S_IFBLK;
    const birth = { ...this.birth(as, kind), ...(numbered ? { device } : {}) };
    return this.add(name, new MemoryNode(this.volume, birth)).hold();
  }

  override symlink(name: string, target: string, as: NewFile): MemoryNode {
    this.mayAdd(name);
    return this.add(name, new MemorySymlink(this.volume, this.birth({ ...as, mode: 0o777 }, S_IFLNK), target)).hold();
  }

  override link(name: string, node: FsNode): void {
    if (!(node instanceof MemoryNode) || node.volume !== this.volume) throw refusal("EXDEV");
    if (node.kind === S_IFDIR) refuse("EPERM");
    this.mayAdd(name);
    if (node.links === 0) refuse("ENOENT");
    if (node.links >= LINK_MAX) refuse("EMLINK");
    this.add(name, node);
    node.links++;
    node.changed = this.volume.now();
  }

  override unlink(name: string, directory: boolean): void {
    this.volume.mayChange();
    const node = this.child(name);
    if (directory && node.kind !== S_IFDIR) refuse("ENOTDIR");
    if (!directory && node.kind === S_IFDIR) refuse("EISDIR");
    this.mayGo(node);
    this.drop(name);
    this.bury(node);
  }

  override rename(name: string, into: FsNode, newName: string, flags: RenameFlags): void {
    this.volume.mayChange();
    if (!(into instanceof MemoryDirectory)) throw refusal(into instanceof MemoryNode ? "ENOTDIR" : "EXDEV");
    if (into.volume !== this.volume) throw refusal("EXDEV");
    if (flags.exchange && (flags.noReplace || flags.whiteout)) refuse("EINVAL");
    const node = this.child(name);
    if (into.above === undefined) refuse("ENOENT");
    const old = into.children.get(newName);
    if (flags.exchange && old === undefined) refuse("ENOENT");
    if (flags.noReplace && old !== undefined) refuse("EEXIST");
    if (node instanceof MemoryDirectory && node.holds(into)) refuse("EINVAL");
    if (flags.exchange && old instanceof MemoryDirectory && old.holds(this)) refuse("EINVAL");
    if (old === node) return;
    this.haveRoom(newName.length > name.length ? newName : name);
    if (flags.exchange) {
      this.exchange(name, node, into, newName, old!);
      return;
    }
    if (old !== undefined) {
      if (node.kind === S_IFDIR && old.kind !== S_IFDIR) refuse("ENOTDIR");
      if (node.kind !== S_IFDIR && old.kind === S_IFDIR) refuse("EISDIR");
      this.mayGo(old);
      into.drop(newName);
      into.bury(old);
    }
    this.drop(name);
    into.add(newName, node);
    node.changed = this.volume.now();
    this.moved(node, into);
    if (flags.whiteout) this.add(name, new MemoryNode(this.volume, WHITEOUT));
  }

  private exchange(name: string, node: MemoryNode, into: MemoryDirectory, newName: string, old: MemoryNode): void {
    this.children.set(name, old);
    into.children.set(newName, node);
    node.changed = old.changed = this.volume.now();
    this.moved(node, into);
    into.moved(old, this);
    this.touch();
    into.touch();
  }

  /** A directory that was here is in another one. */
  private moved(node: MemoryNode, into: MemoryDirectory): void {
    if (!(node instanceof MemoryDirectory)) return;
    node.above = into;
    this.links--;
    into.links++;
  }

  /** Whether it is a directory or above it. */
  private holds(directory: MemoryDirectory): boolean {
    for (let at: MemoryDirectory | undefined = directory; at !== undefined; at = at.above) {
      if (at === this) return true;
      if (at.above === at) return false;
    }
    return false;
  }

  private child(name: string): MemoryNode {
    return this.children.get(name) ?? refuse("ENOENT");
  }

  private mayAdd(name: string): void {
    if (this.children.has(name)) refuse("EEXIST");
    this.volume.mayChange();
    if (this.above === undefined) refuse("ENOENT");
    this.haveRoom(name);
  }

  /** For an entry and its file. */
  private haveRoom(name: string): void {
    if (this.volume.left < ENTRY_BYTES + name.length + NODE_BYTES) refuse("ENOSPC");
  }

  private mayGo(node: MemoryNode): void {
    if (node instanceof MemoryDirectory && node.children.size > 0) refuse("ENOTEMPTY");
  }

  /** There is room for it (mayAdd). */
  private add<N extends MemoryNode>(name: string, node: N): N {
    this.volume.take(ENTRY_BYTES + name.length);
    this.children.set(name, node);
    this.touch();
    return node;
  }

  private drop(name: string): void {
    this.children.delete(name);
    this.volume.take(-(ENTRY_BYTES + name.length));
    this.touch();
  }

  /** A file that was here has lost its name. */
  private bury(node: MemoryNode): void {
    if (node instanceof MemoryDirectory) {
      node.links = 1;
      node.above = undefined;
      this.links--;
    }
    node.unlinked();
  }

  /** A set-group-ID directory gives its group to what is made in it, and the bit to directories. */
  private birth({ mode, uid, gid }: NewFile, kind: number): Birth {
    const inherits = (this.mode & S_ISGID) !== 0;
    const bit = inherits && kind === S_IFDIR ? S_ISGID : 0;
    return { mode: kind | (mode & PERMISSIONS) | bit, uid, gid: inherits ? this.gid : gid };
  }
}
