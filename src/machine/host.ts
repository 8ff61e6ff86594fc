// What a machine needs of the program around it: a page or a process. One implementation per host.

import { printable } from "../base/printable.js";
import type { BlockBackend } from "../block/interfaces.js";
import type { CharBackend, EntropySource } from "../devices/interfaces.js";
import type { FileSystem } from "../fs/interfaces.js";
import type { HostNetwork } from "../net/host.js";
import type { Reach } from "../net/policy.js";
import type { UserConfig } from "../net/user/config.js";
import type { ChardevConfig, DriveConfig, FolderConfig } from "../options/config.js";
import type { HotBlock } from "../tier1/tier1.js";
import type { HostScheduler } from "./clock/scheduler.js";
import type { RegionHelperPort } from "./region-helper.js";
import type { HostFiles } from "./semihosting/interfaces.js";

export interface MachineHost {
  readonly scheduler: HostScheduler;
  readonly entropy: EntropySource;
  /** Monotonic clock, nanoseconds. */
  monotonic(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  date(): number;
  /** A whole file: kernel, initrd, firmware. Undefined when there is none of that name; rejects when it cannot be read, and with what `check`
   *  throws, which is called before it is read. */
  readFile(name: string, check?: FileCheck): Promise<Uint8Array | undefined>;
  /** The same before all of it is here, where the host can. */
  openFile?(name: string): Promise<ArrivingFile | undefined>;
  /** Writes a whole file, where the host can. */
  writeFile?(name: string, bytes: Uint8Array): Promise<void>;
  /** Files of the host for a program that makes calls of semihosting, where there are some to give. */
  semihostingFiles?(): HostFiles;
  /** Folders in which this host's packages keep firmware, looked at after those of -L. */
  readonly firmwareFolders?: readonly string[];
  /** Where a name leads, for messages, where that says more than the name. */
  locate?(name: string): string | undefined;
  /** The image of a drive as it is on the host (formats and -snapshot are the machine's work). */
  openImage(drive: DriveConfig): Promise<BlockBackend>;
  /** A disk over an image that is only read, which keeps what is written under a name, where the host can. */
  openOverlay?(name: string, image: BlockBackend): Promise<BlockBackend>;
  /** A folder of the host that a guest shares, where the host can. Rejects with MachineError. */
  openFolder?(folder: FolderConfig): Promise<FileSystem>;
  openChardev(chardev: ChardevConfig): HostChardev;
  /** The host's own network for a -netdev user; absent: there is none, and a guest reaches nothing beyond its gateway. */
  openNetwork?(config: UserConfig): HostNetwork;
  /** What of it a guest may reach where no rule says it; absent: everything. */
  readonly reach?: Reach;
  /** Closed while what was written is not read; the guest stands still then. */
  readonly output?: OutputGate;
  /** The bytes of unpack.wasm; undefined when they cannot be had: a guest unpacks its kernel itself then. */
  unpackModule?(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Starts a thread that runs serveRegions() for a guest; undefined where there are none. */
  startRegionHelper?(guest: string): RegionHelperPort | undefined;
  /** Executions of a block before it is made part of a region, where the host wants other numbers than tuning.ts. */
  readonly hotBlock?: HotBlock | undefined;
  /** A line of the -d log, without its end. */
  log(line: string): void;
  /** A sentence for the user that is no error. */
  warn(message: string): void;
}

/** Throws where a file of so many bytes, of which these are the first FILE_HEAD, is of no use. */
export type FileCheck = (size: number, head: Uint8Array) => void;

export const FILE_HEAD = 64;

/** A file that may still be arriving. */
export interface ArrivingFile {
  /** Has its whole size from the start and is filled from the front. */
  readonly bytes: Uint8Array;
  /** Resolves to how many bytes are there when these are `count` or more, or all; rejects when they will not be. */
  arrived(count: number): Promise<number>;
}

/** A file that is here. */
export function fileHere(bytes: Uint8Array): ArrivingFile {
  return { bytes, arrived: async () => bytes.length };
}

/** Whether the readers of a machine's output keep up with it. */
export interface OutputGate {
  /** Some reader is far behind: the machine had better not write more. */
  readonly closed: boolean;
  /** Called when they have caught up. */
  onRoom?: () => void;
}

/** A character device of the host. */
export interface HostChardev extends CharBackend {
  /**
   * Writes out what is buffered and gives the device back. A reader that is behind is waited for, `patience` milliseconds at most:
   * the rest is lost.
   */
  close(patience?: number): void | Promise<void>;
  /** Input is not typed but comes from a file or a pipe: it is kept until the guest is ready for it. */
  readonly piped?: boolean;
  /** Input is typed at a terminal: keys that end the machine are heard though the guest has not taken what was typed before. */
  readonly typed?: boolean;
}

/** Something the user asked for cannot be had: missing files, images that do not open, memory that is not there. The
 *  message is one sentence for the user. */
export class MachineError extends Error {
  override readonly name = "MachineError";
  readonly code: MachineErrorCode;
  /** Of the file it is about, in a page. */
  readonly url: string | undefined;

  constructor(message: string, { code = "ERR_MACHINE", url, cause }: MachineErrorDetails = {}) {
    super(printable(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
  }
}

/**
 * ERR_OPTION: the command line; ERR_FILE: a file cannot be had, or not be read; ERR_MEMORY: the host has too little;
 * ERR_MACHINE: this machine cannot be made or go on with what it was given; ERR_WORKER: its thread does not start;
 * ERR_ENDED: it has ended; ERR_AGENT: the guest has no agent, or it has gone; ERR_GUEST: the guest's kernel refuses; ERR_UNAVAILABLE: a part of the API that is not there yet; ERR_INTERNAL: a fault of this program.
 */
export type MachineErrorCode =
  | "ERR_OPTION"
  | "ERR_FILE"
  | "ERR_MEMORY"
  | "ERR_MACHINE"
  | "ERR_WORKER"
  | "ERR_ENDED"
  | "ERR_STATE"
  | "ERR_AGENT"
  | "ERR_GUEST"
  | "ERR_UNAVAILABLE"
  | "ERR_INTERNAL";

export interface MachineErrorDetails {
  code?: MachineErrorCode;
  url?: string | undefined;
  cause?: unknown;
}
