// Opens the folders that devices share with the guest: those of -fsdev.

import type { FileSystem } from "../fs/interfaces.js";
import type { FolderConfig } from "../options/config.js";
import { FOLDER_MEMORY_BYTES } from "../tuning/devices.js";
import { MachineError, type MachineHost } from "./host.js";

export interface Folder {
  readonly config: FolderConfig;
  readonly fs: FileSystem;
}

/** Rejects with MachineError naming the folder that cannot be had; those opened before it are closed. */
export async function openFolders(
  configs: readonly FolderConfig[],
  host: MachineHost,
): Promise<ReadonlyMap<string, Folder>> {
  const folders = new Map<string, Folder>();
  try {
    for (const config of configs) folders.set(config.id, { config, fs: await open(config, host) });
  } catch (error) {
    await closeFolders(folders);
    throw error;
  }
  return folders;
}

export async function closeFolders(folders: ReadonlyMap<string, Folder>): Promise<void> {
  for (const { fs } of folders.values()) await fs.close();
}

async function open(config: FolderConfig, host: MachineHost): Promise<FileSystem> {
  if (config.driver === "memory") return openMemory(config, host);
  if (!host.openFolder) {
    throw new MachineError(
      `fsdev ${config.id}: '${config.path}': this host has no folders to share (-fsdev memory,id=${config.id} is one in memory)`,
    );
  }
  return host.openFolder(config);
}

async function openMemory({ id, size, archive, readOnly }: FolderConfig, host: MachineHost): Promise<FileSystem> {
  const { MemoryFileSystem } = await import("../fs/memory/filesystem.js");
  const options = { quota: size ?? FOLDER_MEMORY_BYTES, date: () => host.date(), readOnly };
  if (archive === undefined) return new MemoryFileSystem(options);
  const bytes = await host.readFile(archive);
  if (bytes === undefined) throw new MachineError(`fsdev ${id}: there is no file '${archive}'`, { code: "ERR_FILE" });
  const { ArchiveError, fill } = await import("../fs/archive/fill.js");
  return MemoryFileSystem.filled(options, (fs) => fill(fs, bytes)).catch((error: unknown) => {
    if (!(error instanceof ArchiveError)) throw error;
    throw new MachineError(`fsdev ${id}: '${archive}': ${error.message}`, { code: "ERR_FILE", cause: error });
  });
}
