// `file=fat:DIR`: a folder of the host as a FAT32 disk that is only read.

import fs from "node:fs";
import { join } from "node:path";
import { type FatFile, type FatFolder, fatDisk } from "../block/fat/disk.js";
import { type BlockBackend, BlockError } from "../block/interfaces.js";
import { MachineError } from "../machine/host.js";
import { describeError } from "./errors.js";

/** More is not meant to be given so. */
const MOST_ENTRIES = 100_000;

/** The tree as it is now; contents are read when the guest reads them. Rejects with MachineError, one sentence. */
export async function openFatFolder(path: string): Promise<BlockBackend> {
  try {
    let left = MOST_ENTRIES;
    const walk = async (folder: string, name: string): Promise<FatFolder> => {
      const { mtime: modified } = await fs.promises.stat(folder);
      const entries: (FatFile | FatFolder)[] = [];
      for (const entry of (await fs.promises.readdir(folder)).sort()) {
        if (left-- === 0) throw new BlockError(`there are more than ${MOST_ENTRIES} files in it`);
        const place = join(folder, entry);
        // A link may lead anywhere, and in a circle: it has no place in FAT.
        const stat = await fs.promises.lstat(place);
        if (stat.isDirectory()) entries.push(await walk(place, entry));
        else if (stat.isFile()) entries.push(file(place, entry, stat));
      }
      return { name, modified, entries };
    };
    return fatDisk(await walk(path, ""));
  } catch (error) {
    const why = error instanceof BlockError ? error.message : describeError(error);
    throw new MachineError(`Could not open 'fat:${path}': ${why}`, { code: "ERR_FILE", cause: error });
  }
}

function file(path: string, name: string, { mtime: modified, size }: fs.Stats): FatFile {
  return {
    ...{ name, modified, size },
    async read(offset, into) {
      let handle: fs.promises.FileHandle | undefined;
      try {
        handle = await fs.promises.open(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
        // What has become shorter since ends in zeros.
        const { bytesRead } = await handle.read(into, 0, into.length, offset);
        into.fill(0, bytesRead);
      } catch (error) {
        throw new BlockError(`Could not read '${path}': ${describeError(error)}`);
      } finally {
        await handle?.close();
      }
    },
  };
}
