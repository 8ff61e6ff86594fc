import * as fs from "node:fs";
import { type HostChardev, MachineError } from "../machine/host.js";
import { describeError } from "./errors.js";
import { OutputBuffer, type Outputs } from "./output.js";
import { openOutputFile } from "./output-file.js";

/** A file that takes what the guest writes, none of `images`. Throws MachineError when it cannot be opened. */
export function openFileChardev(
  path: string,
  append: boolean,
  outputs: Outputs,
  images: readonly string[] = [],
): HostChardev {
  let fd: number;
  try {
    fd = openOutputFile(path, append, images);
  } catch (error) {
    if (error instanceof MachineError) throw error;
    throw new MachineError(`Could not open '${path}': ${describeError(error)}`, { code: "ERR_FILE", cause: error });
  }
  const output = new OutputBuffer(fd, outputs);
  return {
    write: (bytes) => output.write(bytes),
    async close(patience) {
      await output.close(patience);
      fs.closeSync(fd);
    },
  };
}
