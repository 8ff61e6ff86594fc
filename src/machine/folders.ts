// Opens the folders that devices share with the guest: those of -fsdev.

import type { FileSystem } from "../fs/interfaces.js";
import { MemoryFileSystem } from "../fs/memory/filesystem.js";
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
  if (config.driver === "memory") {
    const fs = new MemoryFileSystem({ quota: config.size ?? FOLDER_MEMORY_BYTES, date: () => host.date() });
    fs.readOnly = config.readOnly;
    return fs;
  }
  if (!host.openFolder) {
    throw new MachineError(
      `fsdev ${config.id}: '${config.path}': this host has no folders to share (-fsdev memory,id=${config.id} is one in memory)`,
    );
  }
  return host.openFolder(config);
}
