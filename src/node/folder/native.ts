// security_model=passthrough and none: owners and modes are the host's.

import * as fs from "node:fs";
import { refuse } from "../../fs/errno.js";
import type { Changes, NewFile } from "../../fs/interfaces.js";
import { PERMISSIONS, S_IFDIR, S_IFLNK, S_IFMT, S_ISGID, withoutPrivileges } from "../../fs/mode.js";
import type { HostAttributes, Model, ModelFile } from "./model.js";

export class NativeModel implements Model {
  /** `strict`: who may not give files away is refused. */
  constructor(private readonly strict: boolean) {}

  kindOf(_file: ModelFile, mode: number): number {
    return mode & S_IFMT;
  }

  attributes(_file: ModelFile, host: HostAttributes): HostAttributes {
    return host;
  }

  change(file: ModelFile, { mode, uid, gid, dropPrivileges }: Changes): void {
    const owned = uid !== undefined || gid !== undefined;
    const before = owned || dropPrivileges ? file.attributes().mode : 0;
    if (owned) this.give(file, uid, gid);
    if (file.kind === S_IFLNK) return;
    const kept = withoutPrivileges(before);
    if (mode !== undefined) fs.chmodSync(file.path, mode & PERMISSIONS);
    else if (kept !== before) fs.chmodSync(file.path, kept & PERMISSIONS);
  }

  private give(file: ModelFile, uid: number | undefined, gid: number | undefined): void {
    const old = file.attributes();
    try {
      fs.chownSync(file.path, uid ?? old.uid, gid ?? old.gid);
    } catch (error) {
      if (this.strict || (error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    }
  }

  target(file: ModelFile): string {
    return file.readTarget();
  }

  born(): void {}

  settled(file: ModelFile, directory: ModelFile, { mode, uid, gid }: NewFile): void {
    const parent = directory.attributes();
    const inherits = (parent.mode & S_ISGID) !== 0;
    this.give(file, uid, inherits ? parent.gid : gid);
    if (file.kind === S_IFLNK) return;
    fs.chmodSync(file.path, (mode & PERMISSIONS) | (inherits && file.kind === S_IFDIR ? S_ISGID : 0));
  }

  linked(): void {}
  renamed(): void {}
  unlinked(): void {}
  emptying(): void {}

  // Node has no xattrs.

  getXattr(): never {
    return refuse("EOPNOTSUPP");
  }

  setXattr(): never {
    return refuse("EOPNOTSUPP");
  }

  listXattrs(): string[] {
    return [];
  }

  removeXattr(): never {
    return refuse("EOPNOTSUPP");
  }
}
