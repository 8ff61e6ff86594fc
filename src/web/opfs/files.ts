// Files of the page's private file system (OPFS) with synchronous access, which workers of most browsers have.

import { BlockError } from "../../block/interfaces.js";
import type { SyncFile, SyncFolder } from "../../block/layers/files.js";
import { IN_USE_TRIES, IN_USE_WAIT_MS } from "../../tuning/host.js";
import { inUse, isError, noRoom } from "../kept/errors.js";

/** Overlays are folders of this one. */
const OVERLAYS = ["wasmachine", "overlays"];

/** The folder of all overlays; undefined where a page has none. */
export async function overlaysFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  // WebKitGTK has no StorageManager in workers.
  if (typeof navigator.storage?.getDirectory !== "function") return undefined;
  try {
    let folder = await navigator.storage.getDirectory();
    for (const name of OVERLAYS) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  } catch (error) {
    // In a private window of Firefox.
    if (isError(error, "SecurityError")) return undefined;
    throw error;
  }
}

export class OpfsFolder implements SyncFolder {
  constructor(
    readonly name: string,
    private readonly folder: FileSystemDirectoryHandle,
  ) {}

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.folder.keys()) names.push(name);
    return names;
  }

  async open(file: string): Promise<SyncFile> {
    const handle = await this.folder.getFileHandle(file, { create: true });
    // The worker of a page that was reloaded may not have ended yet.
    for (let tries = IN_USE_TRIES; ; tries--) {
      try {
        return new OpfsFile(await handle.createSyncAccessHandle());
      } catch (error) {
        if (!isError(error, "NoModificationAllowedError") && !isError(error, "InvalidStateError")) throw error;
        if (tries === 0) throw inUse(this.name);
        await new Promise((resolve) => setTimeout(resolve, IN_USE_WAIT_MS));
      }
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
