// What a page keeps of its machines' disks.

import { overlaysFolder } from "./files.js";

export interface KeptOverlay {
  readonly name: string;
  /** What it takes. */
  readonly bytes: number;
}

/** The overlays that drives of `overlay=opfs:NAME` or `persist: NAME` have made in this origin. */
export async function listOverlays(): Promise<KeptOverlay[]> {
  const folder = await overlaysFolder();
  const kept: KeptOverlay[] = [];
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== "directory") continue;
    let bytes = 0;
    for await (const file of (handle as FileSystemDirectoryHandle).values()) {
      if (file.kind === "file") bytes += (await (file as FileSystemFileHandle).getFile()).size;
    }
    kept.push({ name, bytes });
  }
  return kept.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Deletes one. Rejects where there is none, and where a machine has it. */
export async function deleteOverlay(name: string): Promise<void> {
  const folder = await overlaysFolder();
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    const why = error instanceof DOMException ? error.name : "";
    if (why === "NotFoundError") throw new Error(`there is no overlay '${name}'`, { cause: error });
    throw new Error(`overlay '${name}' cannot be deleted while a machine uses it`, { cause: error });
  }
}
