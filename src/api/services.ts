// The names under which a machine's services are found. They are fixed; what of them is not there yet throws, or rejects with, a
// MachineError of code ERR_UNAVAILABLE that says so.

import type { MachineStreams } from "./streams.js";

/** A disk of a machine, beside those of the command line. */
export interface DriveOptions {
  /** The image: bytes, a Blob, or where it is. Raw. */
  file: Blob | Uint8Array | ArrayBuffer | string | URL;
  /** Keeps what the guest writes under this name, for the next machine that has it (not there yet). */
  persist?: string;
  /** The guest cannot write to it. Default false. */
  readOnly?: boolean;
  /** What the guest writes is kept in memory and forgotten. Default false. */
  snapshot?: boolean;
}

/** Serial ports beside the console. */
export interface MachineSerialPorts {
  /** Port `index`, from 0, as two byte streams. */
  get(index: number): MachineStreams;
}

/** The disks of a machine, by their ids. */
export interface MachineDrives {
  get(id: string): MachineDrive;
}

export interface MachineDrive {
  /** The disk as the guest sees it, as a file of that format. */
  export(options?: { format?: "raw" | "qcow2" }): ReadableStream<Uint8Array>;
}

/** Folders that host and guest share, by their tags. */
export interface MachineFolders {
  get(tag: string): MachineFolder;
}

export interface MachineFolder {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, contents: Uint8Array | string): Promise<void>;
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}

/** What fetch() resolves to has these. */
export interface GuestResponse {
  readonly status: number;
  readonly headers: Iterable<[string, string]>;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** The guest's network, from outside. */
export interface MachineNetwork {
  /** Asks a server in the guest. */
  fetch(url: string): Promise<GuestResponse>;
  /** Connects to a TCP port of the guest. */
  connect(port: number): Promise<MachineStreams>;
  /** Serves a TCP port to the guest; the function returned ends that. */
  listen(port: number, handler: (connection: MachineStreams) => void): Promise<() => void>;
}

/** Files inside the guest, by its agent. */
export interface MachineFiles {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, contents: Uint8Array | string): Promise<void>;
}

export interface ExecOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  user?: string;
  stdin?: Uint8Array | string;
  /** Milliseconds after which the command is killed. */
  timeout?: number;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** Undefined when a signal ended the command. */
  exitCode: number | undefined;
  signal: string | undefined;
  timedOut: boolean;
}

/** Counts of a machine since it was started. */
export interface MachineStatistics {
  instructions: number;
}
