// What a page keeps of its machines' disks: in its private file system or, where workers have none, in IndexedDB.

import { type BlockBackend, BlockError } from "../../block/interfaces.js";
import { identify, Layers } from "../../block/layers/layers.js";
import { Overlay } from "../../block/overlay.js";
import { OpfsFolder, overlaysFolder } from "../opfs/files.js";
import { DatabaseClusters, deleteFromDatabase, listDatabase, openDatabase } from "./database.js";
import { isError } from "./errors.js";
import { lockOverlay, tryLock } from "./lock.js";

export interface KeptOverlay {
  readonly name: string;
  /** What it takes. */
  readonly bytes: number;
}

/** A disk over an image. Closing it lets others use the name. */
export async function openOverlay(name: string, image: BlockBackend): Promise<BlockBackend> {
  if (!navigator.locks) throw cannotKeep("it is not a secure context");
  const files = await overlaysFolder();
  if (files) {
    const folder = await files.getDirectoryHandle(name, { create: true });
    return (await Layers.open(new OpfsFolder(name, folder), image)).over(image);
  }
  const release = await lockOverlay(name);
  try {
    const database = await openDatabase();
    return new Overlay(image, await DatabaseClusters.open(database, name, await identify(image), release));
  } catch (error) {
    release();
    throw error instanceof BlockError ? error : cannotKeep((error as Error).message);
  }
}

function cannotKeep(why: string): BlockError {
  return new BlockError(
    `this page cannot keep files (${why}): serve it by https or from localhost, and not in a private window`,
  );
}

/** The overlays that drives of `overlay=opfs:NAME` or `persist: NAME` have made in this origin. */
export async function listOverlays(): Promise<KeptOverlay[]> {
  const kept: KeptOverlay[] = [];
  const folder = await overlaysFolder();
  for await (const [name, handle] of folder?.entries() ?? []) {
    if (handle.kind !== "directory") continue;
    let bytes = 0;
    for await (const file of (handle as FileSystemDirectoryHandle).values()) {
      if (file.kind === "file") bytes += (await (file as FileSystemFileHandle).getFile()).size;
    }
    kept.push({ name, bytes });
  }
  const database = await openDatabase();
  kept.push(...(await listDatabase(database)));
  database.close();
  return kept.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Deletes one. Rejects where there is none, and where a machine has it. */
export async function deleteOverlay(name: string): Promise<void> {
  if (!(await listOverlays()).some((kept) => kept.name === name)) throw new Error(`there is no overlay '${name}'`);
  const release = await tryLock(name);
  if (!release) throw used(name);
  try {
    const database = await openDatabase();
    await deleteFromDatabase(database, name);
    database.close();
    await (await overlaysFolder())?.removeEntry(name, { recursive: true });
  } catch (error) {
    if (isError(error, "NotFoundError")) return;
    throw used(name, error);
  } finally {
    release();
  }
}

function used(name: string, cause?: unknown): Error {
  return new Error(`overlay '${name}' cannot be deleted while a machine uses it`, { cause });
}
