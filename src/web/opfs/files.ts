// Files of the page's private file system (OPFS) with synchronous access, which workers have.

import { BlockError } from "../../block/interfaces.js";
import type { SyncFile, SyncFolder } from "../../block/layers/files.js";

/** Overlays are folders of this one. */
const OVERLAYS = ["wasmachine", "overlays"];

const isError = (error: unknown, name: string): boolean => error instanceof DOMException && error.name === name;

/** The folder of all overlays. Rejects with BlockError where a page keeps no files. */
export async function overlaysFolder(): Promise<FileSystemDirectoryHandle> {
  try {
    let folder = await navigator.storage.getDirectory();
    for (const name of OVERLAYS) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  } catch (error) {
    throw new BlockError(
      `this page cannot keep files (${(error as Error).message}): serve it by https or from localhost, not in a private window`,
    );
  }
}

export class OpfsFolder implements SyncFolder {
  private constructor(
    readonly name: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  static async open(name: string): Promise<OpfsFolder> {
    const folder = await overlaysFolder();
    return new OpfsFolder(name, await folder.getDirectoryHandle(name, { create: true }));
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.folder.keys()) names.push(name);
    return names;
  }

  async open(file: string): Promise<SyncFile> {
    const handle = await this.folder.getFileHandle(file, { create: true });
    if (!("createSyncAccessHandle" in handle)) {
      throw new BlockError(`overlay '${this.name}': this browser cannot write to files of a page`);
    }
    try {
      return new OpfsFile(await handle.createSyncAccessHandle());
    } catch (error) {
      if (!isError(error, "NoModificationAllowedError") && !isError(error, "InvalidStateError")) throw error;
      throw new BlockError(
        `overlay '${this.name}' is in use by another machine or tab: end that one, or use another name`,
      );
    }
  }
}

class OpfsFile implements SyncFile {
  constructor(private readonly handle: FileSystemSyncAccessHandle) {}

  get size(): number {
    return this.handle.getSize();
  }

  read(offset: number, into: Uint8Array): number {
    return this.done(() => this.handle.read(into, { at: offset }));
  }

  write(offset: number, from: Uint8Array): void {
    const written = this.done(() => this.handle.write(from, { at: offset }));
    if (written !== from.length) throw noRoom();
  }

  truncate(size: number): void {
    this.done(() => this.handle.truncate(size));
  }

  flush(): void {
    this.done(() => this.handle.flush());
  }

  close(): void {
    this.handle.close();
  }

  private done<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw isError(error, "QuotaExceededError") ? noRoom() : new BlockError((error as Error).message);
    }
  }
}

function noRoom(): BlockError {
  return new BlockError("the browser gives this page no more room: delete what it keeps, and let the machine go on", true);
}
