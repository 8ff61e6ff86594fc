// The folder of a -fsdev local.

import type { FileSystem } from "../../fs/interfaces.js";
import { MachineError } from "../../machine/host.js";
import type { FolderConfig } from "../../options/config.js";
import { describeError } from "../errors.js";
import { canShare, FolderFileSystem } from "./folder.js";

/** Rejects with MachineError. */
export async function openFolder({ id, path, securityModel, readOnly }: FolderConfig): Promise<FileSystem> {
  if (!canShare()) {
    throw new MachineError(
      `fsdev ${id}: '${path}': folders are shared on Linux only, where a file can be reached without its path (-fsdev memory,id=${id} is one in memory)`,
    );
  }
  try {
    return new FolderFileSystem(path!, { model: securityModel!, readOnly });
  } catch (error) {
    throw new MachineError(`fsdev ${id}: could not open '${path}': ${describeError(error)}`, {
      code: "ERR_FILE",
      cause: error,
    });
  }
}
