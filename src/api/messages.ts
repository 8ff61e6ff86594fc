// What a machine's user and the machine's thread tell each other. Plain data that can be posted.

import type { ExportFormat } from "../block/export/export.js";
import type { LoadProgress, MachineEvents, MachineExit, MachineState } from "./api.js";
import type { PostedError } from "./errors.js";

export type ChannelName = "console" | "monitor" | "agent";

/** A file as it can be posted; strings are absolute URLs or paths. */
export type PostedFile = Blob | Uint8Array | ArrayBuffer | string;

/** What is asked of a shared folder. */
export interface FolderRequest {
  readonly tag: string;
  readonly operation: "readFile" | "writeFile" | "list" | "mkdir" | "remove" | "state";
  readonly path: string;
  readonly contents?: Uint8Array;
  readonly recursive?: boolean;
}

/** state: text that is another one when something has changed. */
export type FolderAnswer = Uint8Array | readonly string[] | string | undefined;

export interface CreateMessage {
  type: "create";
  /** The guest by its name; there need not be one. */
  guest: string;
  arguments: string[];
  files: Record<string, PostedFile>;
  filesUrl: string | undefined;
  /** Of a page: origins the author names, and the page's own. */
  origins: string[];
  pageOrigin: string;
  coreUrl: string;
  /** The core, where it is compiled already; machines of a process share its code. */
  core?: { readonly module: WebAssembly.Module; readonly shared: boolean };
  holdInput: boolean;
  /** The guest gets a port for its agent. */
  agent: boolean;
  /** Of `files`, the saved state to go on from. */
  state?: string;
}

export type ToMachine =
  | CreateMessage
  | { type: "start" | "pause" | "resume" | "reset" | "powerDown" }
  | { type: "resize"; columns: number; rows: number }
  /** Commands wait for the guest's agent, or none does. */
  | { type: "waiting"; waits: boolean }
  | { type: "input"; channel: ChannelName; bytes: Uint8Array }
  | { type: "folder"; call: number; request: FolderRequest }
  | { type: "save"; call: number }
  /** So many bytes of output were read, or will never be. */
  | { type: "taken"; channel: ChannelName; count: number }
  /** A disk as it is now is to be read, piece by piece. */
  | { type: "export"; stream: number; drive: string; format: ExportFormat }
  /** The next piece; no more pieces are wanted. */
  | { type: "more" | "stop"; stream: number };

export type FromMachine =
  | { type: "progress"; progress: LoadProgress }
  | { type: "started" }
  /** It has disks whose writes are kept, which nobody else can use until it ends. */
  | { type: "keeps" }
  | { type: "state"; state: MachineState }
  | { type: "reset"; cause: MachineEvents["reset"] }
  | { type: "output"; channel: ChannelName; bytes: Uint8Array }
  /** So many bytes of input were taken by the machine. */
  | { type: "accepted"; channel: ChannelName; count: number }
  /** The guest's agent has its port open, or closed. */
  | { type: "agent"; open: boolean }
  /** Commands waited for an agent, and there is none. */
  | { type: "agentMissing"; message: string }
  /** Of a call of that number. */
  | { type: "folder"; call: number; answer: FolderAnswer }
  | { type: "folderRefused"; call: number; error: PostedError }
  /** The ids of its disks. */
  | { type: "drives"; ids: readonly string[] }
  /** Of a disk that is exported; without bytes it was read whole. */
  | { type: "piece"; stream: number; bytes: Uint8Array | undefined }
  | { type: "noPiece"; stream: number; error: PostedError }
  /** A piece of a saved state; undefined: that was all. */
  | { type: "saved"; call: number; bytes: Uint8Array | undefined }
  | { type: "saveRefused"; call: number; error: PostedError }
  | { type: "warning" | "log"; message: string }
  | { type: "exit"; exit: MachineExit }
  | { type: "error"; error: PostedError };
