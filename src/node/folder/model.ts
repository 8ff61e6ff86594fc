// What a security model says about files: whose they are, what they may, and which kind they are.

import type { Attributes, Changes, DeviceNumber, NewFile, XattrHow } from "../../fs/interfaces.js";
import type { Metadata, MetadataPlace } from "./metadata.js";

/** What a model sees of a file. */
export interface ModelFile {
  /** As the guest sees it. */
  readonly kind: number;
  /** Of its handle. */
  readonly path: string;
  handle(): number;
  readonly metadataPlace: MetadataPlace | undefined;
  /** Kept by the model. */
  metadata: Metadata | undefined;
  /** Of a symlink of the host. */
  readTarget(): string;
  attributes(): Attributes;
}

export type HostAttributes = Omit<Attributes, "id">;

export interface Model {
  /** Which kind of file it is to the guest, of the host's mode. Called once, first. */
  kindOf(file: ModelFile, mode: number): number;
  attributes(file: ModelFile, host: HostAttributes): HostAttributes;
  /** Mode and owner. */
  change(file: ModelFile, changes: Changes): void;
  target(file: ModelFile): string;
  /** There is a new name in a directory, whose node is not made yet; then it is. */
  born(directory: ModelFile, name: string, as: NewFile, kind: number, device: DeviceNumber): void;
  settled(file: ModelFile, directory: ModelFile, as: NewFile): void;
  linked(from: ModelFile, old: string, into: ModelFile, name: string): void;
  renamed(from: ModelFile, old: string, into: ModelFile, name: string): void;
  unlinked(directory: ModelFile, name: string): void;
  /** A directory is to be removed: throws ENOTEMPTY, or takes away what the model has in it. */
  emptying(directory: ModelFile): void;
  getXattr(file: ModelFile, name: string): Uint8Array;
  setXattr(file: ModelFile, name: string, value: Uint8Array, how: XattrHow): void;
  listXattrs(file: ModelFile): string[];
  removeXattr(file: ModelFile, name: string): void;
}
