// security_model=mapped-file: whose a file is, what it may and which kind it is are kept beside it, so that a guest's root needs no
// root of the host, and a device of the guest's is nothing to the host.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import type { Changes, DeviceNumber, NewFile, XattrHow } from "../../fs/interfaces.js";
import {
  PERMISSIONS,
  packDevice,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
  unpackDevice,
  withoutPrivileges,
} from "../../fs/mode.js";
import { PATH_MAX, XATTR_LIST_MAX, XATTR_SIZE_MAX } from "../../fs/names.js";
import { type Handles, pathIn } from "./handles.js";
import { FOLDER, type Metadata, MetadataFiles } from "./metadata.js";
import type { HostAttributes, Model, ModelFile } from "./model.js";

/** What all xattrs of a file may take. */
const XATTRS_MAX = 4 * XATTR_SIZE_MAX;

export class MappedModel implements Model {
  private readonly files: MetadataFiles;

  constructor(handles: Handles) {
    this.files = new MetadataFiles(handles);
  }

  private of(file: ModelFile): Metadata {
    if (file.metadata === undefined) {
      const place = file.metadataPlace;
      file.metadata = place ? this.files.read(place) : {};
    }
    return file.metadata;
  }

  /** A file without a name has its metadata as long as it is held. */
  private keep(file: ModelFile, metadata: Metadata): void {
    file.metadata = metadata;
    const place = file.metadataPlace;
    if (place) this.files.write(place, metadata);
    // Its time of change: the host has not seen one.
    if (file.kind !== S_IFLNK) fs.chmodSync(file.path, file.kind === S_IFDIR ? 0o700 : 0o600);
  }

  kindOf(file: ModelFile, mode: number): number {
    const host = mode & S_IFMT;
    const said = this.of(file).mode;
    // What the host says is a directory or no file at all is that.
    return host === S_IFREG && said !== undefined && (said & S_IFMT) !== S_IFDIR ? said & S_IFMT || S_IFREG : host;
  }

  attributes(file: ModelFile, host: HostAttributes): HostAttributes {
    const { uid = host.uid, gid = host.gid, mode = host.mode, rdev } = this.of(file);
    return {
      ...host,
      ...{ uid, gid, mode: file.kind | (mode & PERMISSIONS) },
      device: rdev === undefined ? host.device : unpackDevice(rdev),
      links: file.kind === S_IFDIR && host.links > 2 && this.hasFolder(file) ? host.links - 1 : host.links,
    };
  }

  private hasFolder(file: ModelFile): boolean {
    return fs.lstatSync(pathIn(file.handle(), FOLDER), { throwIfNoEntry: false }) !== undefined;
  }

  change(file: ModelFile, { mode, uid, gid, dropPrivileges }: Changes): void {
    const owned = uid !== undefined || gid !== undefined;
    if (mode === undefined && !owned && !dropPrivileges) return;
    const old = file.attributes();
    const kept = owned || dropPrivileges ? withoutPrivileges(old.mode) : old.mode;
    this.keep(file, {
      ...this.of(file),
      ...{ uid: uid ?? old.uid, gid: gid ?? old.gid },
      mode: file.kind | ((mode ?? kept) & PERMISSIONS),
    });
  }

  target(file: ModelFile): string {
    if (fs.statSync(file.path, { throwIfNoEntry: false })?.isFile() !== true) return file.readTarget();
    const fd = fs.openSync(file.path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const into = new Uint8Array(PATH_MAX);
      return Buffer.from(into.subarray(0, fs.readSync(fd, into, 0, PATH_MAX, 0))).toString("latin1");
    } finally {
      fs.closeSync(fd);
    }
  }

  born(directory: ModelFile, name: string, { mode, uid, gid }: NewFile, kind: number, device: DeviceNumber): void {
    const parent = directory.attributes();
    const inherits = (parent.mode & S_ISGID) !== 0;
    const bit = inherits && kind === S_IFDIR ? S_ISGID : 0;
    const metadata = { uid, gid: inherits ? parent.gid : gid, mode: kind | (mode & PERMISSIONS) | bit };
    const rdev = packDevice(device);
    this.files.write({ directory: directory.handle(), name }, rdev === 0 ? metadata : { ...metadata, rdev });
  }

  settled(): void {}

  linked(from: ModelFile, old: string, into: ModelFile, name: string): void {
    this.files.link({ directory: from.handle(), name: old }, { directory: into.handle(), name });
  }

  renamed(from: ModelFile, old: string, into: ModelFile, name: string): void {
    this.files.rename({ directory: from.handle(), name: old }, { directory: into.handle(), name });
  }

  unlinked(directory: ModelFile, name: string): void {
    this.files.remove({ directory: directory.handle(), name });
  }

  emptying(directory: ModelFile): void {
    const names = fs.readdirSync(pathIn(directory.handle(), ""), { encoding: "latin1" });
    if (names.some((name) => name !== FOLDER)) refuse("ENOTEMPTY");
    this.files.clear(directory.handle());
  }

  getXattr(file: ModelFile, name: string): Uint8Array {
    return this.of(file).xattrs?.get(name) ?? refuse("ENODATA");
  }

  setXattr(file: ModelFile, name: string, value: Uint8Array, how: XattrHow): void {
    if (name.startsWith("user.") && file.kind !== S_IFREG && file.kind !== S_IFDIR) refuse("EPERM");
    if (value.length > XATTR_SIZE_MAX) refuse("ERANGE");
    const { xattrs: old, ...rest } = this.of(file);
    if (how === "create" && old?.has(name)) refuse("EEXIST");
    if (how === "replace" && !old?.has(name)) refuse("ENODATA");
    const xattrs = new Map(old).set(name, value.slice());
    let [names, bytes] = [0, 0];
    for (const [each, { length }] of xattrs) {
      names += each.length + 1;
      bytes += length;
    }
    if (names > XATTR_LIST_MAX || bytes > XATTRS_MAX) refuse("ENOSPC");
    this.keep(file, { ...rest, xattrs });
  }

  listXattrs(file: ModelFile): string[] {
    return [...(this.of(file).xattrs?.keys() ?? [])];
  }

  removeXattr(file: ModelFile, name: string): void {
    const { xattrs: old, ...rest } = this.of(file);
    const xattrs = new Map(old);
    if (!xattrs.delete(name)) refuse("ENODATA");
    this.keep(file, { ...rest, xattrs });
  }
}
