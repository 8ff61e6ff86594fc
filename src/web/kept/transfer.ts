// Overlays as files that a user has: out of a page, and into another one.

import { BlockError } from "../../block/interfaces.js";
import { overlaysFolder } from "../opfs/files.js";
import { type Part, pack, unpack } from "./container.js";
import { exportDatabase, importDatabase, openDatabase } from "./database.js";
import { isError } from "./errors.js";
import { tryLock } from "./lock.js";
import { listOverlays } from "./overlays.js";

/** All that an overlay keeps, as a file for importOverlay(). Rejects where there is none, and while a machine uses it. */
export async function exportOverlay(name: string): Promise<Blob> {
  const kept = (await listOverlays()).some((one) => one.name === name);
  if (!kept) throw new Error(`there is no overlay '${name}'`);
  return locked(name, "exported", async () => {
    const folder = await folderOf(name);
    if (folder) return pack(await filesIn(folder));
    const database = await openDatabase();
    try {
      return pack(await exportDatabase(database, name));
    } finally {
      database.close();
    }
  });
}

/** Keeps what exportOverlay() gave, under a name that is free. It is used over the image that it was made with. */
export async function importOverlay(name: string, file: Blob): Promise<void> {
  const parts = await unpack(file);
  if ((await listOverlays()).some((kept) => kept.name === name)) {
    throw new Error(`there is an overlay '${name}' already: delete it, or use another name`);
  }
  await locked(name, "imported", async () => {
    const all = await overlaysFolder();
    if (all) return writeFiles(all, name, parts);
    const database = await openDatabase();
    try {
      await importDatabase(database, name, parts);
    } finally {
      database.close();
    }
  });
}

async function locked<T>(name: string, what: string, action: () => Promise<T>): Promise<T> {
  const release = await tryLock(name);
  const used = (cause?: unknown): Error =>
    new Error(`overlay '${name}' cannot be ${what} while a machine uses it`, { cause });
  if (!release) throw used();
  try {
    return await action();
  } catch (error) {
    if (isError(error, "NoModificationAllowedError")) throw used(error);
    if (isError(error, "QuotaExceededError")) throw new Error("the browser gives this page no room for the overlay");
    if (error instanceof BlockError) throw new Error(`overlay '${name}' cannot be ${what}: ${error.message}`);
    throw error;
  } finally {
    release();
  }
}

async function folderOf(name: string): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await overlaysFolder())?.getDirectoryHandle(name);
  } catch (error) {
    if (isError(error, "NotFoundError")) return undefined;
    throw error;
  }
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== "file") continue;
    const file = handle as FileSystemFileHandle;
    // Refused where a worker has it open.
    await (await file.createWritable({ keepExistingData: true })).abort();
    parts.push({ name, contents: await file.getFile() });
  }
  return parts;
}

/** A layer is there when its map is, so those come last; what is not whole is not left behind. */
async function writeFiles(all: FileSystemDirectoryHandle, name: string, parts: readonly Part[]): Promise<void> {
  const folder = await all.getDirectoryHandle(name, { create: true });
  try {
    for (const { name: file, contents } of [...parts].sort(
      (a, b) => (a.name.includes("map") ? 1 : 0) - (b.name.includes("map") ? 1 : 0),
    )) {
      const handle = await folder.getFileHandle(file, { create: true });
      await contents.stream().pipeTo(await handle.createWritable());
    }
  } catch (error) {
    await all.removeEntry(name, { recursive: true });
    throw error;
  }
}
