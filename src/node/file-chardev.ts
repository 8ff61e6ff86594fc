import * as fs from "node:fs";
import { type HostChardev, MachineError } from "../machine/host.js";
import { describeError } from "./errors.js";
import { OutputBuffer } from "./output.js";

/** A file that takes what the guest writes. Throws MachineError when it cannot be opened. */
export function openFileChardev(path: string, append: boolean): HostChardev {
  let fd: number;
  try {
    fd = fs.openSync(path, append ? "a" : "w");
  } catch (error) {
    throw new MachineError(`Could not open '${path}': ${describeError(error)}`);
  }
  const output = new OutputBuffer(fd, () => {});
  return {
    write: (bytes) => output.write(bytes),
    close() {
      output.flush();
      fs.closeSync(fd);
    },
  };
}
