// The names under which a machine's services are found. They are fixed; what of them is not there yet throws, or rejects with, a
// MachineError of code ERR_UNAVAILABLE that says so.

import type { MachineStreams } from "./streams.js";

/** A disk of a machine, beside those of the command line. */
export interface DriveOptions {
  /** The image: bytes, a Blob, or where it is. Raw. */
  file: Blob | Uint8Array | ArrayBuffer | string | URL;
  /** By which it is found. Default: that of a `-drive` without one, such as "virtio0". */
  id?: string;
  /** Keeps what the guest writes under this name, for the next machine that has it: in a page, in its private file system. */
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

/** The disks of a machine, by their ids: `id=` of the command line's, or those of `drives`. */
export interface MachineDrives {
  get(id: string): MachineDrive;
  /** All ids, once the machine is there. */
  list(): Promise<readonly string[]>;
}

export interface MachineDrive {
  /**
   * The disk as the guest sees it at that moment, as a file of that format (raw); the guest goes on meanwhile. The stream fails with
   * `ERR_OPTION` where there is no such disk, and where the guest writes 256 MiB faster than it is read.
   */
  export(options?: { format?: "raw" | "qcow2" }): ReadableStream<Uint8Array>;
}

/** A folder that host and guest share. Which one it is: one of the host, or one in memory. */
export interface FolderOptions {
  /** A folder of the host, in Node on Linux. Absent: one in memory, which is forgotten at the end. */
  path?: string;
  /** Of a folder of the host: where owners, modes and devices of the guest are. Default "mapped-file": beside the files. */
  securityModel?: "mapped-file" | "passthrough" | "none";
  /** Of a folder in memory: a tar (also by gzip) or zip archive, whose files are in it at first. */
  archive?: Blob | Uint8Array | ArrayBuffer | string | URL;
  /** Of a folder in memory: bytes it may take. */
  size?: number;
  /** The guest cannot write to it. Default false. */
  readOnly?: boolean;
  /** How the guest mounts it: `mount -t 9p -o trans=virtio,version=9p2000.L TAG /mnt`, or `mount -t virtiofs TAG /mnt`. Default "9p". */
  protocol?: "9p" | "virtiofs";
}

/** Folders that host and guest share, by their tags. */
export interface MachineFolders {
  get(tag: string): MachineFolder;
}

/**
 * A shared folder from outside, while the guest runs or does not. Paths are below the folder; symlinks are followed where they stay in it.
 * What cannot be done rejects with `ERR_FILE`, whose cause has its name, such as "ENOENT".
 */
export interface MachineFolder {
  readFile(path: string): Promise<Uint8Array>;
  /** A file that was not there is made. */
  writeFile(path: string, contents: Uint8Array | string): Promise<void>;
  /** The names in a directory. */
  list(path?: string): Promise<string[]>;
  mkdir(path: string): Promise<void>;
  /** A file, a link or an empty directory; with `recursive`, what is in it too. */
  remove(path: string, options?: { recursive?: boolean }): Promise<void>;
  /** Calls `listener` after something in a directory has changed, whoever did it; the function returned ends that. */
  watch(path: string, listener: () => void): () => void;
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

/**
 * Files inside the guest, by its agent. What the guest's kernel refuses rejects with `ERR_GUEST`, whose cause has its `code`, such as
 * "ENOENT".
 */
export interface MachineFiles {
  readFile(path: string): Promise<Uint8Array>;
  /** `mode`: of a file that was not there, less the agent's umask. Default 0o644. */
  writeFile(path: string, contents: Uint8Array | string, options?: { mode?: number }): Promise<void>;
  /** The names in a directory. */
  list(path: string): Promise<string[]>;
  stat(path: string, options?: { followLinks?: boolean }): Promise<GuestFileStat>;
  /** With `recursive`, those above it too, and it may be there. */
  mkdir(path: string, options?: { recursive?: boolean }): Promise<void>;
  /** A file, a link or an empty directory; with `recursive`, what is in it too. */
  remove(path: string, options?: { recursive?: boolean }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** Where a symbolic link leads. */
  readLink(path: string): Promise<string>;
}

export interface GuestFileStat {
  readonly type: "file" | "directory" | "link" | "fifo" | "socket" | "character device" | "block device";
  /** Permissions. */
  readonly mode: number;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly inode: number;
  readonly modified: Date;
}

export interface ExecOptions {
  /** Default: the user's home. */
  cwd?: string;
  /** Variables beside those that there are. */
  env?: Readonly<Record<string, string>>;
  /** Name or number. Default: the agent's, root. */
  user?: string | number;
  /** Default: nothing to read. */
  stdin?: Uint8Array | string;
  /** Milliseconds of the guest's time after which the command is killed, with all that it has started. */
  timeout?: number;
  /** Kills the command, with all that it has started; exec() rejects with its reason. */
  signal?: AbortSignal;
  /** The command has a terminal, of 80 by 24 characters unless told; both outputs are stdout then. */
  tty?: boolean | { columns: number; rows: number };
  /** Most bytes of output; a command that writes more is killed, and exec() rejects. Default 256 MiB. */
  maxOutput?: number;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** Undefined when a signal ended the command. */
  exitCode: number | undefined;
  /** Such as "SIGKILL". */
  signal: string | undefined;
  timedOut: boolean;
}

/**
 * A shell at the console, which shows its prompt: for guests without an agent. Commands come one after the other, in one session, so
 * that `cd` holds for the next.
 */
export interface MachineShell {
  /** What a terminal shows of a command, both outputs together. Rejects with `ERR_GUEST` where no shell answers. */
  run(command: string, options?: ShellOptions): Promise<ShellResult>;
}

export interface ShellOptions {
  /** Milliseconds after which Ctrl-C is typed, and run() rejects. Default 300000. */
  timeout?: number;
}

export interface ShellResult {
  output: string;
  exitCode: number;
}

/** Counts of a machine since it was started. */
export interface MachineStatistics {
  instructions: number;
}
