import * as fs from "node:fs";
import { type HostChardev, MachineError } from "../machine/host.js";
import { describeError } from "./errors.js";
import { OutputBuffer, type Outputs } from "./output.js";

/** A file that takes what the guest writes. Throws MachineError when it cannot be opened. */
export function openFileChardev(path: string, append: boolean, outputs: Outputs): HostChardev {
  let fd: number;
  try {
    fd = fs.openSync(path, append ? "a" : "w");
  } catch (error) {
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
