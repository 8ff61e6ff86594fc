// What every node has in common: a file that is no directory has nothing in it, and so on. Back ends say what their kinds of file can.

import { refuse } from "./errno.js";
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
} from "./interfaces.js";
import type { Later } from "./later.js";
import { S_IFDIR, S_IFREG } from "./mode.js";

export abstract class BaseNode implements FsNode {
  abstract readonly id: number;
  abstract readonly kind: number;

  abstract hold(): this;
  abstract release(): void;
  abstract attributes(): Later<Attributes>;
  abstract change(changes: Changes): Later<void>;

  get parent(): FsNode | undefined {
    return undefined;
  }

  open(_options: OpenOptions): Later<OpenFile> {
    return refuse(this.kind === S_IFDIR ? "EISDIR" : this.kind === S_IFREG ? "EIO" : "EOPNOTSUPP");
  }

  target(): Later<string> {
    return refuse("EINVAL");
  }

  lookup(_name: string): Later<FsNode> {
    return refuse("ENOTDIR");
  }

  entries(): Later<Entry[]> {
    return refuse("ENOTDIR");
  }

  create(_name: string, _as: NewFile): Later<Created> {
    return refuse("ENOTDIR");
  }

  mkdir(_name: string, _as: NewFile): Later<FsNode> {
    return refuse("ENOTDIR");
  }

  mknod(_name: string, _as: NewFile, _device: DeviceNumber): Later<FsNode> {
    return refuse("ENOTDIR");
  }

  symlink(_name: string, _target: string, _as: NewFile): Later<FsNode> {
    return refuse("ENOTDIR");
  }

  link(_name: string, _node: FsNode): Later<void> {
    return refuse("ENOTDIR");
  }

  unlink(_name: string, _directory: boolean): Later<void> {
    return refuse("ENOTDIR");
  }

  rename(_name: string, _into: FsNode, _newName: string, _flags: RenameFlags): Later<void> {
    return refuse("ENOTDIR");
  }

  getXattr(_name: string): Later<Uint8Array> {
    return refuse("EOPNOTSUPP");
  }

  setXattr(_name: string, _value: Uint8Array, _how: XattrHow): Later<void> {
    return refuse("EOPNOTSUPP");
  }

  listXattrs(): Later<string[]> {
    return [];
  }

  removeXattr(_name: string): Later<void> {
    return refuse("EOPNOTSUPP");
  }
}
