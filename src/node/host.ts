// A machine's surroundings in a Node process.

import { randomFillSync } from "node:crypto";
import * as fs from "node:fs";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { oneLine, printable } from "../base/printable.js";
import type { BlockBackend } from "../block/interfaces.js";
import { FILE_HEAD, type FileCheck, type HostChardev, MachineError, type MachineHost } from "../machine/host.js";
import type { ChardevConfig, DriveConfig } from "../options/config.js";
import { BlockFile } from "./block-file.js";
import { readUnpackModule } from "./core-module.js";
import { describeError } from "./errors.js";
import { openFatFolder } from "./fat-folder.js";
import { openFileChardev } from "./file-chardev.js";
import { openFolder } from "./folder/open.js";
import { isUrl, openHttpImage } from "./http-image.js";
import { lockImage } from "./image-lock.js";
import { nodeNetwork } from "./net/network.js";
import { OutputBuffer, Outputs } from "./output.js";
import { openOutputFile } from "./output-file.js";
import { startRegionHelper } from "./region-thread.js";
import { NodeScheduler } from "./scheduler.js";
import { semihostingFiles } from "./semihosting-files.js";
import { StdioChardev } from "./stdio.js";

export interface NodeHostOptions {
  /** File of the -d log; standard error when absent. */
  logFile?: string;
  /** Files of the machine's disks, which no output goes to. */
  images?: readonly string[];
  /** Before each message for the user, such as the program's name. */
  prefix: string;
  /** Is told sentences for the user that are no errors; standard error when absent. */
  warn?: (message: string) => void;
  /** Nobody reads standard output any more. */
  onBrokenOutput: () => void;
}

/** Where Debian, Fedora, Arch, Homebrew and a build of QEMU's own put firmware. */
const FIRMWARE_FOLDERS = [
  "/usr/share/seabios",
  "/usr/share/qemu",
  "/usr/local/share/qemu",
  "/opt/homebrew/share/qemu",
  "/opt/local/share/qemu",
];

export interface NodeHost extends MachineHost {
  /** A sentence for the user. */
  say(text: string): void;
  /** Writes out what was said; a reader that is behind is waited for, `patience` milliseconds at most. */
  close(patience?: number): Promise<void>;
}

/** Throws MachineError when the log file cannot be opened. */
export function createNodeHost(options: NodeHostOptions): NodeHost {
  const { images = [] } = options;
  const outputs = new Outputs();
  const words = new OutputBuffer(2, outputs);
  const log = options.logFile === undefined ? words : new OutputBuffer(openLog(options.logFile, images), outputs);
  const line = (text: string, output: OutputBuffer): void => output.write(Buffer.from(`${text}\n`));
  const say = (text: string): void => line(`${options.prefix}: ${printable(text)}`, words);
  const warn = options.warn ?? ((message: string): void => say(`warning: ${oneLine(message)}`));
  return {
    output: outputs,
    scheduler: new NodeScheduler(),
    entropy: { fill: (bytes) => void randomFillSync(bytes) },
    monotonic: () => performance.now() * 1e6,
    date: () => Date.now(),
    readFile,
    writeFile: (name, bytes) => writeFile(name, bytes, images),
    semihostingFiles: () => semihostingFiles(images),
    firmwareFolders: FIRMWARE_FOLDERS,
    openImage: (drive) => openImage(drive, warn),
    openNetwork: nodeNetwork,
    openFolder,
    openChardev: (chardev) => openChardev(chardev, options.onBrokenOutput, outputs, images),
    log: (text) => line(printable(text), log),
    say,
    startRegionHelper,
    unpackModule: readUnpackModule,
    warn,
    async close(patience) {
      await Promise.all([words.close(patience), log === words ? undefined : log.close(patience)]);
    },
  };
}

function openLog(file: string, images: readonly string[]): number {
  try {
    return openOutputFile(file, false, images);
  } catch (error) {
    if (error instanceof MachineError) throw error;
    throw new MachineError(`Error opening logfile ${file}: ${describeError(error)}`, {
      code: "ERR_FILE",
      cause: error,
    });
  }
}

/** A file that is put into memory whole. */
const LARGEST = 2 ** 31;

const readAll: (fd: number) => Promise<Uint8Array> = promisify(fs.readFile);

async function readFile(name: string, check?: FileCheck): Promise<Uint8Array | undefined> {
  try {
    // What is not in a file has no size and may never end. A pipe's opening would wait for its other end.
    const kind = await fs.promises.stat(name);
    if (kind.isDirectory()) throw new MachineError(`could not read '${name}': Is a directory`, { code: "ERR_FILE" });
    if (!kind.isFile())
      throw new MachineError(`could not read '${name}': it is not a regular file`, { code: "ERR_FILE" });
    // A thread that is ended while Node opens a file for it leaves that open; one that is open is closed then.
    const fd = fs.openSync(name, "r");
    try {
      check?.(kind.size, headOf(fd));
      if (kind.size > LARGEST) {
        const what = `it has more than ${LARGEST / 2 ** 30} GiB`;
        throw new MachineError(`could not read '${name}': ${what}`, { code: "ERR_FILE" });
      }
      return await readAll(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (error instanceof MachineError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new MachineError(`could not read '${name}': ${describeError(error)}`, { code: "ERR_FILE", cause: error });
  }
}

async function writeFile(name: string, bytes: Uint8Array, images: readonly string[]): Promise<void> {
  try {
    const fd = openOutputFile(name, false, images);
    try {
      fs.writeFileSync(fd, bytes);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (error instanceof MachineError) throw error;
    throw new MachineError(`could not write '${name}': ${describeError(error)}`, { code: "ERR_FILE", cause: error });
  }
}

function headOf(fd: number): Uint8Array {
  const head = new Uint8Array(FILE_HEAD);
  return head.subarray(0, fs.readSync(fd, head, 0, FILE_HEAD, 0));
}

async function openImage(drive: DriveConfig, warn: (message: string) => void): Promise<BlockBackend> {
  const { file, readOnly, ignoreFlush, locking = true } = drive;
  if (isUrl(file)) return openHttpImage(file);
  if (file.startsWith("fat:")) return openFatFolder(file.slice("fat:".length));
  return BlockFile.open(file, {
    readOnly,
    sync: !ignoreFlush,
    ...(locking ? { lock: (fd: number) => lockImage(fd, file, readOnly, warn) } : {}),
  });
}

function openChardev(
  chardev: ChardevConfig,
  onBroken: () => void,
  outputs: Outputs,
  images: readonly string[],
): HostChardev {
  switch (chardev.kind) {
    case "stdio":
      return new StdioChardev({ signal: chardev.signal, onBroken }, outputs);
    case "file":
      return openFileChardev(chardev.path!, chardev.append ?? false, outputs, images);
    // A terminal has no window for virtual consoles.
    case "vc":
    case "null":
      return { write() {}, close() {} };
  }
}
