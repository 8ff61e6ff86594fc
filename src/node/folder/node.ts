// A file of a shared folder: what is the same whatever the security model says. Every step goes by handles, so that no name that the
// guest or a program of the host changes meanwhile leads anywhere else.

import * as fs from "node:fs";
import { type ErrorName, refusal, refuse } from "../../fs/errno.js";
import type {
  Attributes,
  Changes,
  Created,
  DeviceNumber,
  Entry,
  FsNode,
  NewFile,
  OpenFile,
  OpenOptions,
  RenameFlags,
  XattrHow,
} from "../../fs/interfaces.js";
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, withoutPrivileges } from "../../fs/mode.js";
import { FolderEntry } from "./entry.js";
import { FolderFile } from "./file.js";
import { HandleNode } from "./handle-node.js";
import { O_PATH, pathOf } from "./handles.js";
import { onHost } from "./host-error.js";
import { attributesOf, hostFlags, seconds } from "./host-stat.js";
import { isHidden, type Metadata } from "./metadata.js";
import type { Model, ModelFile } from "./model.js";
import type { Place } from "./places.js";
import type { Share } from "./share.js";

const NO_DEVICE: DeviceNumber = { major: 0, minor: 0 };

export class FolderNode extends HandleNode<FolderNode> implements ModelFile {
  readonly kind: number;
  metadata: Metadata | undefined;
  /** A set-user-ID bit may be there: not looked at since the mode was changed. */
  private suspect = true;

  /** The handle is its own from now on. */
  constructor(
    share: Share<FolderNode>,
    readonly model: Model,
    fd: number,
    stat: fs.BigIntStats,
    place: Place<FolderNode> | undefined,
  ) {
    super(share, fd, stat, place);
    this.kind = model.kindOf(this, Number(stat.mode));
    share.add(this);
    share.handles.touch(this);
  }

  protected override get self(): FolderNode {
    return this;
  }

  override attributes(): Attributes {
    const stat = this.stat();
    return { ...this.model.attributes(this, attributesOf(stat)), id: this.id };
  }

  override change(changes: Changes): void {
    this.share.mayChange();
    onHost(() => {
      const { size, accessed, modified } = changes;
      if (size !== undefined) {
        if (this.kind !== S_IFREG) refuse(this.kind === S_IFDIR ? "EISDIR" : "EINVAL");
        fs.truncateSync(this.path, size);
      }
      this.model.change(this, changes);
      this.suspect = true;
      if (accessed === undefined && modified === undefined) return;
      const { atimeNs, mtimeNs } = this.stat();
      fs.utimesSync(this.path, seconds(accessed, atimeNs), seconds(modified, mtimeNs));
    });
  }

  /** A writer without privileges has written to it. */
  dropPrivileges(): void {
    if (!this.suspect) return;
    this.suspect = false;
    const { mode } = this.attributes();
    if (withoutPrivileges(mode) !== mode) this.model.change(this, { mode: withoutPrivileges(mode) });
  }

  override open(options: OpenOptions): OpenFile {
    if (options.write) this.share.mayChange();
    if (this.kind === S_IFDIR) refuse("EISDIR");
    // Whatever the host has there: only files are opened.
    if (this.kind !== S_IFREG || (Number(this.stat().mode) & S_IFMT) !== S_IFREG) {
      refuse(this.kind === S_IFLNK ? "ELOOP" : "EOPNOTSUPP");
    }
    return new FolderFile(
      this,
      onHost(() => this.share.handles.open(this.path, hostFlags(options))),
      options,
    );
  }

  override target(): string {
    if (this.kind !== S_IFLNK) refuse("EINVAL");
    return onHost(() => this.model.target(this));
  }

  // What is in it.

  private checkDirectory(): void {
    if (this.kind !== S_IFDIR) refuse("ENOTDIR");
  }

  private visible(name: string, error: ErrorName): void {
    this.checkDirectory();
    if (this.share.mapped && isHidden(name)) refuse(error);
  }

  override lookup(name: string): FolderNode {
    this.visible(name, "ENOENT");
    return this.take(this.share.handle(this.handle(), name), name).hold();
  }

  /** The node of a handle that was opened by this name here. */
  private take(fd: number, name: string): FolderNode {
    try {
      const stat = this.share.stat(fd);
      const known = this.share.known(stat);
      if (known?.isSame(stat)) {
        if (known.fd >= 0) fs.closeSync(fd);
        else known.fd = fd;
        if (!known.isRoot) known.seenAt({ directory: this, name }, stat.nlink === 1n || known.kind === S_IFDIR);
        return known;
      }
      return new FolderNode(this.share, this.model, fd, stat, { directory: this, name });
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  override entries(): Entry[] {
    this.checkDirectory();
    const all = onHost(() =>
      fs.readdirSync(this.in(""), { withFileTypes: true, encoding: "latin1" as BufferEncoding }),
    );
    const seen = this.share.mapped ? all.filter(({ name }) => !isHidden(name)) : all;
    return seen.map((entry) => new FolderEntry(this, entry));
  }

  override create(name: string, as: NewFile): Created {
    this.mayAdd(name);
    const options = as.open ?? { read: true, write: true };
    const { O_CREAT, O_EXCL } = fs.constants;
    const path = this.in(name) as unknown as string;
    const fd = onHost(() => this.share.handles.open(path, hostFlags(options) | O_CREAT | O_EXCL, 0o600));
    try {
      const node = this.made(name, as, S_IFREG, NO_DEVICE, () => this.share.handles.open(pathOf(fd), O_PATH));
      return { node, file: new FolderFile(node, fd, options) };
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  override mkdir(name: string, as: NewFile): FsNode {
    this.mayAdd(name);
    onHost(() => fs.mkdirSync(this.in(name), 0o700));
    return this.made(name, as, S_IFDIR);
  }

  override mknod(name: string, as: NewFile, device: DeviceNumber): FsNode {
    this.mayAdd(name);
    const kind = as.mode & S_IFMT || S_IFREG;
    if (kind === S_IFDIR || kind === S_IFLNK) refuse("EPERM");
    // Node makes none, and a device of the guest's is nothing for the host.
    if (kind !== S_IFREG && !this.share.mapped) refuse("EPERM");
    this.emptyFile(name, "");
    return this.made(name, as, kind, device);
  }

  override symlink(name: string, target: string, as: NewFile): FsNode {
    this.mayAdd(name);
    if (this.share.mapped) this.emptyFile(name, target);
    else onHost(() => fs.symlinkSync(Buffer.from(target, "latin1"), this.in(name)));
    return this.made(name, { ...as, mode: 0o777 }, S_IFLNK);
  }

  private emptyFile(name: string, contents: string): void {
    onHost(() => {
      const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
      const fd = this.share.handles.open(this.in(name) as unknown as string, O_WRONLY | O_CREAT | O_EXCL, 0o600);
      try {
        fs.writeFileSync(fd, contents, "latin1");
      } finally {
        fs.closeSync(fd);
      }
    });
  }

  private mayAdd(name: string): void {
    this.visible(name, "EPERM");
    this.share.mayChange();
  }

  /** What was made gets its owner and its mode. */
  private made(name: string, as: NewFile, kind: number, device = NO_DEVICE, open?: () => number): FolderNode {
    let node: FolderNode | undefined;
    try {
      return onHost(() => {
        this.model.born(this, name, as, kind, device);
        node = this.take(open?.() ?? this.share.handle(this.handle(), name), name).hold();
        this.model.settled(node, this, as);
        return node;
      });
    } catch (error) {
      node?.release();
      throw error;
    }
  }

  override link(name: string, node: FsNode): void {
    if (!(node instanceof FolderNode) || node.share !== this.share) throw refusal("EXDEV");
    if (node.kind === S_IFDIR) refuse("EPERM");
    this.mayAdd(name);
    // What has names that the guest did not look for is found by looking again.
    const { directory, name: old } = node.place ?? refuse(node.stat().nlink === 0n ? "ENOENT" : "ESTALE");
    onHost(() => {
      fs.linkSync(directory.in(old), this.in(name));
      try {
        node.checkAt({ directory: this, name });
      } catch (error) {
        fs.unlinkSync(this.in(name));
        throw error;
      }
      this.model.linked(directory, old, this, name);
    });
    node.seenAt({ directory: this, name }, false);
  }

  override unlink(name: string, directory: boolean): void {
    this.visible(name, "ENOENT");
    this.share.mayChange();
    const node = this.lookup(name);
    try {
      if (directory && node.kind !== S_IFDIR) refuse("ENOTDIR");
      if (!directory && node.kind === S_IFDIR) refuse("EISDIR");
      onHost(() => {
        if (directory) this.model.emptying(node);
        node.losingName(this, name, () => (directory ? fs.rmdirSync : fs.unlinkSync)(this.in(name)));
        this.model.unlinked(this, name);
      });
    } finally {
      node.release();
    }
  }

  /** Does what takes a name from it; it is reached by its handle afterwards. */
  private losingName(directory: FolderNode, name: string, work: () => void): void {
    // Before, for afterwards there is no way to it.
    this.handle();
    if (this.kind === S_IFLNK && !this.share.mapped) this.readTarget();
    work();
    this.loseName({ directory, name });
  }

  override rename(name: string, into: FsNode, newName: string, flags: RenameFlags): void {
    this.visible(name, "ENOENT");
    this.share.mayChange();
    if (!(into instanceof FolderNode) || into.share !== this.share) throw refusal("EXDEV");
    into.visible(newName, "EPERM");
    // Node has no renameat2.
    if (flags.exchange || flags.whiteout) refuse("EINVAL");
    const node = this.lookup(name);
    let old: FolderNode | undefined;
    try {
      old = into.find(newName);
      if (old === node) return;
      if (old && flags.noReplace) refuse("EEXIST");
      onHost(() => this.moving(node, name, into, newName, old));
      node.moved({ directory: this, name }, { directory: into, name: newName });
    } finally {
      old?.release();
      node.release();
    }
  }

  private moving(node: FolderNode, name: string, into: FolderNode, newName: string, old: FolderNode | undefined): void {
    const move = (): void => fs.renameSync(this.in(name), into.in(newName));
    if (old === undefined) {
      move();
    } else {
      if (node.kind === S_IFDIR && old.kind !== S_IFDIR) refuse("ENOTDIR");
      if (node.kind !== S_IFDIR && old.kind === S_IFDIR) refuse("EISDIR");
      if (old.kind === S_IFDIR) this.model.emptying(old);
      old.losingName(into, newName, move);
    }
    this.model.renamed(this, name, into, newName);
  }

  private find(name: string): FolderNode | undefined {
    try {
      return this.lookup(name);
    } catch (error) {
      if (error === refusal("ENOENT")) return undefined;
      throw error;
    }
  }

  override getXattr(name: string): Uint8Array {
    return this.model.getXattr(this, name);
  }

  override setXattr(name: string, value: Uint8Array, how: XattrHow): void {
    this.share.mayChange();
    onHost(() => this.model.setXattr(this, name, value, how));
  }

  override listXattrs(): string[] {
    return this.model.listXattrs(this);
  }

  override removeXattr(name: string): void {
    this.share.mayChange();
    onHost(() => this.model.removeXattr(this, name));
  }
}
