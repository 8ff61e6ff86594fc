// The public API: the same types in a page and in Node. A machine runs in a thread of its own; this is its remote control.

import type { AnyDeviceOptions } from "../devices/devices.js";
import type { AnyCpuChoice, GuestName } from "../guests/guests.js";
import type { MachineError } from "../machine/host.js";
import type { AnyMachineChoice } from "../machines/machines.js";
import type {
  DriveOptions,
  ExecOptions,
  ExecResult,
  FolderOptions,
  MachineDrives,
  MachineFiles,
  MachineFolders,
  MachineNetwork,
  MachineSerialPorts,
  MachineShell,
  MachineStatistics,
} from "./services.js";
import type { MachineStreams } from "./streams.js";

export type { MachineStreams } from "./streams.js";

/** Contents of a file the command line names: bytes, a Blob or File, or where to fetch it. */
export type MachineFile = Blob | Uint8Array | ArrayBuffer | string | URL;

export interface MachineOptions {
  /**
   * QEMU's options, as a list or as one line in which quotes and backslashes work as in a shell. A program's name may stand in front
   * ("qemu-system-riscv64 ..."); it says the architecture.
   */
  arguments: string | readonly string[];
  /** The guest's processor. Default: that of the program's name in `arguments`, else the first of this package's programs. */
  architecture?: GuestName;
  /**
   * What the names of the command line (-kernel, -initrd, -drive file=) stand for. In a page a string is a URL, and what
   * the guest writes to disks is kept in memory. In Node a string is a path, opened as the command line would open it;
   * writes to bytes and Blobs are kept in memory.
   */
  files?: Readonly<Record<string, MachineFile>>;
  /**
   * The folder of names that are not in `files`: its URL in a page, its path in Node. A name that leads out of it is refused.
   * Absent: a page has no such files, and in Node they are paths of the process.
   */
  filesUrl?: string | URL;
  /** The machine, as with -machine: `type`, and properties of that type. */
  machine?: AnyMachineChoice;
  /** The processor, as with -cpu: `model`, `features` by their names, on or off, and properties of CPUs. */
  cpu?: AnyCpuChoice;
  /** Disks (virtio) behind those of the command line, in this order. */
  drives?: readonly DriveOptions[];
  /** Folders shared with the guest (virtio), each under the tag by which it mounts it. */
  folders?: Readonly<Record<string, FolderOptions>>;
  /** Devices behind those of the command line, as with -device: `driver`, `id`, and properties of that driver. */
  devices?: readonly AnyDeviceOptions[];
  /**
   * In a page, further origins to load from, such as "https://cdn.example": names of the command line may be addresses there,
   * and files of `filesUrl` may be redirected to them. Files in `files` come from wherever their URLs lead.
   */
  fileOrigins?: readonly string[];
  /**
   * Input of the console is kept until the guest has switched its port's interrupts on: for scripts that write before the
   * guest has booted. Guests that poll the port get nothing then. Default false.
   */
  holdInput?: boolean;
  /**
   * What saveState() of a machine of the same options gave: the machine goes on from there at start(). Rejected with `ERR_STATE` where it
   * is of another machine, or damaged.
   */
  state?: MachineFile;
  /** A port by which an agent in the guest runs commands, for exec() and files (virtio-serial). Default true. */
  agent?: boolean;
  /** Where the core, the guest's WebAssembly module, is, if not beside this package's modules. */
  coreUrl?: string | URL;
  /** Where the worker's module is, if not beside this package's modules. */
  workerUrl?: string | URL;
}

/**
 * loading: files are fetched; running; halted: the guest is idle, its CPU waits for an interrupt; stopped: not started yet,
 * paused, or switched off under -no-shutdown; panicked: the guest's kernel said so (it may still do something); ended: the
 * machine is gone.
 */
export type MachineState = "loading" | "running" | "halted" | "stopped" | "panicked" | "ended";

export interface LoadProgress {
  /** The file, as the command line names it, or the name of the core. */
  name: string;
  /** Bytes here so far, after decompression. */
  loaded: number;
  /** Bytes of the whole, where the server says so. */
  total: number | undefined;
  /** Nothing more is on its way. A disk that is fetched as it is read has less than the whole then. */
  done: boolean;
}

export interface MachineExit {
  /** What the process would have ended with: 0 after a power-off, the guest's own number by isa-debug-exit. */
  status: number;
  /** stray: the guest executed where there is no memory; help: the command line asked for a text, which is on the console. */
  reason: "power-off" | "reset" | "debug-exit" | "quit" | "stray" | "help" | "disposed";
}

export type MachineEvents = {
  state: MachineState;
  progress: LoadProgress;
  /** The machine was reset, by whom. */
  reset: "guest" | "cpu-shutdown" | "user";
  exit: MachineExit;
  /** The machine could not be made or failed. The message is one sentence for the user. */
  error: MachineError;
  /** A sentence for the user that is no error. */
  warning: string;
  /** A line of the -d log. */
  log: string;
};

export interface MachineConsole extends MachineStreams {
  /**
   * Says how large the terminal is. A serial port cannot tell its guest, which may ask the terminal itself (cursor report);
   * consoles that can (virtio) take it from here. Throws RangeError for what is no size.
   */
  resize(columns: number, rows: number): void;
}

export interface Machine {
  /** The character device `stdio` of the command line: by default the first serial port. */
  readonly console: MachineConsole;
  /** A monitor of its own, whatever the command line says. */
  readonly monitor: MachineStreams;
  /** The serial ports; the first is the console unless the command line says otherwise. */
  readonly serial: MachineSerialPorts;
  readonly drives: MachineDrives;
  readonly folders: MachineFolders;
  readonly network: MachineNetwork;
  readonly files: MachineFiles;
  readonly state: MachineState;
  /** Settles when the machine has ended; rejects when it could not be made or failed. */
  readonly finished: Promise<MachineExit>;
  /** Calls `listener` at each event of that name; the function returned ends that. */
  on<Name extends keyof MachineEvents>(name: Name, listener: (event: MachineEvents[Name]) => void): () => void;
  /** Switches the machine on, once its files are there. Resolves when it is on; rejects like `finished`. */
  start(): Promise<void>;
  pause(): void;
  /** Goes on after pause() or a command line with -S. */
  resume(): void;
  reset(): void;
  /** Pushes the power button: the guest may shut down, or not listen. */
  powerDown(): void;
  /**
   * Runs a command in the guest by its agent: a string by its shell, a list as it is. Waits for a guest that boots; rejects with
   * `ERR_AGENT` where there is no agent.
   */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs commands by a shell that is at the console, where there is no agent. */
  shell(): MachineShell;
  /**
   * Everything the machine is but what is on its disks, for another one to go on from (`createMachine({ state })`, with the disks as they
   * are then). The machine goes on itself. Rejects with `ERR_STATE` when something of it cannot be saved.
   */
  saveState(): Promise<ReadableStream<Uint8Array>>;
  /** Machines that go on from where this one is. */
  fork(count?: number): Promise<Machine[]>;
  statistics(): Promise<MachineStatistics>;
  /** Ends the machine at once and frees its memory. */
  dispose(): void;
}
