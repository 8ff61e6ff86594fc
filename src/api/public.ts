// The names that the package exports in a page and in Node alike, beside createMachine().

export { MachineError, type MachineErrorCode } from "../machine/host.js";
export type {
  LoadProgress,
  Machine,
  MachineConsole,
  MachineEvents,
  MachineExit,
  MachineFile,
  MachineOptions,
  MachineState,
  MachineStreams,
} from "./api.js";
export { splitCommandLine } from "./client/command-line.js";
export type {
  DriveOptions,
  ExecOptions,
  ExecResult,
  FolderOptions,
  GuestFileStat,
  GuestResponse,
  MachineDrive,
  MachineDrives,
  MachineFiles,
  MachineFolder,
  MachineFolders,
  MachineNetwork,
  MachineSerialPorts,
  MachineShell,
  MachineStatistics,
  ShellOptions,
  ShellResult,
} from "./services.js";
