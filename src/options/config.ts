// What a command line says, with every default filled in. Plain data: a page can post it to a worker.

import type { PropertyValues } from "../base/properties.js";
import type { ThrottleRules } from "../block/throttle/rules.js";
import type { UserConfig } from "../net/user/config.js";

export interface MachineConfig {
  /** -name; empty when not given. */
  name: string;
  /** The guest, by the name of its Arch: which program this is. */
  guest: string;
  machine: MachineChoice;
  cpu: CpuConfig;
  /** Bytes of guest RAM, a multiple of 8 KiB. */
  ramSize: number;
  accel: AccelConfig;
  /** File names, as the host knows them. */
  kernel?: string;
  initrd?: string;
  /** Device tree of -dtb, instead of the machine's own. */
  dtb?: string;
  /** Kernel command line; empty when not given. */
  append: string;
  bios?: string;
  /** -L, in order. */
  libraryPath: string[];
  /** Disks in the order in which the guest sees them. */
  drives: DriveConfig[];
  /** -fsdev and -virtfs. */
  folders: FolderConfig[];
  /** -device, in order; they get their PCI slots before the drives of if=virtio. */
  devices: DeviceConfig[];
  /** -device loader, in order. */
  loads: LoadConfig[];
  /** -fw_cfg, in order. */
  firmwareFiles: FirmwareFile[];
  rngSources: RngSource[];
  netdevs: NetdevConfig[];
  /** -object filter-dump. */
  netDumps: NetDumpConfig[];
  chardevs: ChardevConfig[];
  /** Character device ids of the serial ports, in their order; undefined where there is no port. */
  serial: (string | undefined)[];
  /** Character device ids of the monitors. */
  monitors: string[];
  rtc: RtcConfig;
  icount?: IcountConfig;
  log: LogConfig;
  boot: BootConfig;
  /** -semihosting, -semihosting-config. */
  semihosting?: SemihostingConfig;
  /** -no-reboot: a reset ends the machine. */
  noReboot: boolean;
  /** -no-shutdown: a power-off stops the machine and keeps it. */
  noShutdown: boolean;
  /** -S: the CPU waits for the monitor's `cont`. */
  startPaused: boolean;
  /** -seed: guest randomness comes from this number alone. */
  seed?: number;
  /** -uuid, for SMBIOS. */
  uuid?: string;
  /** First key of the terminal's commands, 1 (Ctrl-A) unless -echr. */
  escapeChar: number;
  /** Sentences for the user about what is not quite as it was written. */
  notes: string[];
}

export interface MachineChoice {
  /** Name of the machine type. */
  type: string;
  /** Those of its properties that were set. */
  properties: PropertyValues;
}

export interface CpuConfig {
  model: string;
  /** In the order given; a later one wins. */
  features: FeatureChange[];
  /** Those of its other properties that were set. */
  properties: PropertyValues;
}

export interface FeatureChange {
  /** As the guest's rows call it. */
  name: string;
  on: boolean;
}

export interface AccelConfig {
  /** Limit of generated code in MiB; undefined: the engine's own. */
  tbSizeMiB?: number;
  oneInsnPerTb: boolean;
}

export interface DriveConfig {
  id: string;
  file: string;
  /** none: waits for a -device that names it; pflash: the flash of that number. */
  interface: "virtio" | "pflash" | "none";
  unit?: number;
  /** Absent: the image is looked at, and refused when it is not raw. */
  format?: string;
  readOnly: boolean;
  /** Writes are kept in memory and lost at the end. */
  snapshot: boolean;
  /** Writes are kept by the host under this name, and are there again when it is named again. */
  overlay?: string;
  /** discard=unmap: what the guest discards is let go of. */
  discard?: boolean;
  /** Writes of zeros: off as others, on without their bytes, unmap without their room too. */
  detectZeroes?: "off" | "on" | "unmap";
  /** How much it may do in a second. */
  throttle?: ThrottleRules;
  serial?: string;
  /** cache=: whether the guest sees a write cache (false: every write is stable when it completes). */
  writeCache: boolean;
  /** cache=unsafe: flushes do nothing. */
  ignoreFlush: boolean;
  /** False: the image is used without asking who else does (file.locking=off). */
  locking?: boolean;
  /** -cdrom, media=cdrom: what -boot d means. */
  cdrom?: boolean;
  /** What becomes of a write or a flush that the host cannot do; enospc stops the machine where there is no room. */
  werror: WriteErrors;
  /** The same for a read. */
  rerror: ReadErrors;
}

/** A folder that devices share with the guest. */
export interface FolderConfig {
  id: string;
  /** local: a folder of the host; memory: one that is forgotten at the end. */
  driver: "local" | "memory";
  /** Of local. */
  path?: string;
  securityModel?: SecurityModel;
  readOnly: boolean;
  /** Of memory: bytes it may take; absent: what tuning says. */
  size?: number;
  /** Of memory: the tar or zip archive whose files are in it at first. */
  archive?: string;
}

export const SECURITY_MODELS = ["mapped-file", "passthrough", "none"] as const;
export type SecurityModel = (typeof SECURITY_MODELS)[number];

export const WRITE_ERRORS = ["report", "ignore", "stop", "enospc"] as const;
export const READ_ERRORS = ["report", "ignore", "stop"] as const;
export type WriteErrors = (typeof WRITE_ERRORS)[number];
export type ReadErrors = (typeof READ_ERRORS)[number];

export interface DeviceConfig {
  driver: string;
  id?: string;
  /** Those that were set; `id` is none of them. */
  properties: PropertyValues;
}

/** What is put into memory at every reset: a file, or `length` bytes of a number. */
export interface LoadConfig {
  file?: string;
  /** In decimal digits: it may have 64 bits. */
  data?: string;
  length?: number;
  bigEndian: boolean;
  /** Absent: the file says where. */
  address?: number;
  /** An ELF file is loaded as it is, too. */
  raw: boolean;
  /** The CPU begins there. */
  start: boolean;
}

/** What firmware or the guest finds under a name: a file of the host's, or a text. */
export interface FirmwareFile {
  name: string;
  file?: string;
  text?: string;
}

/** A network, or a port of a hub. */
export interface NetdevConfig {
  id: string;
  kind: "user" | "hubport";
  user?: UserConfig;
  /** hubport: the hub's number, and what else is connected to it. */
  hub?: number;
  netdev?: string;
}

/** What is captured of a network. */
export interface NetDumpConfig {
  id: string;
  netdev: string;
  file: string;
  /** Bytes kept of a frame. */
  maxlen: number;
}

/** A source of random numbers; all draw from the host's generator (or from -seed). */
export interface RngSource {
  id: string;
}

export interface ChardevConfig {
  id: string;
  /** vc: a console of the host's display, where it has one. */
  kind: "stdio" | "vc" | "file" | "null";
  /** file: its name. */
  path?: string;
  append?: boolean;
  /** Several front ends share it; the escape key switches between them. */
  mux: boolean;
  /** stdio: Ctrl-C ends the process instead of reaching the guest. */
  signal: boolean;
}

export interface RtcConfig {
  /** utc, localtime, or a fixed start in milliseconds since 1970 UTC. */
  base: "utc" | "localtime" | number;
  /** host and rt: runs on while the machine is stopped; vm: virtual time. */
  clock: "host" | "rt" | "vm";
}

export interface IcountConfig {
  /** Nanoseconds per instruction as a power of two. */
  shift: number;
  /** shift=auto: the shift is only a start. */
  auto: boolean;
  /** false: idle time is skipped at once. */
  sleep: boolean;
}

export interface SemihostingConfig {
  enabled: boolean;
  /** native: the host's files are the program's too. */
  target: "native" | "auto";
  /** The console; without one lines go to the log, and nothing is read. */
  chardev?: string;
  /** Programs in the user's mode may make calls. */
  user: boolean;
  /** The program's command line; empty: that of -kernel and -append. */
  args: string[];
}

export const LOG_ITEMS = [
  ["in_asm", "guest code of each block when it is translated"],
  ["op", "intermediate code of each block before optimisation"],
  ["op_opt", "intermediate code of each block after optimisation"],
  ["int", "interrupts and exceptions, with CPU state"],
  ["cpu_reset", "CPU state before a reset"],
  ["unimp", "use of something that is not implemented"],
  ["guest_errors", "use of a device that its manual forbids"],
] as const;

export type LogItem = (typeof LOG_ITEMS)[number][0];

export interface LogConfig {
  items: LogItem[];
  /** -D; standard error when absent. */
  file?: string;
}

export interface BootConfig {
  /** Drive letters, first to last. */
  order: string;
  once?: string;
  menu: boolean;
}

/** The machine of an empty command line, before the default consoles are chosen. */
export function defaultConfig(): MachineConfig {
  return {
    name: "",
    guest: "",
    machine: { type: "", properties: {} },
    cpu: { model: "", features: [], properties: {} },
    ramSize: DEFAULT_RAM,
    accel: { oneInsnPerTb: false },
    append: "",
    libraryPath: [],
    drives: [],
    folders: [],
    devices: [],
    loads: [],
    firmwareFiles: [],
    rngSources: [],
    netdevs: [],
    netDumps: [],
    chardevs: [],
    serial: [],
    monitors: [],
    rtc: { base: "utc", clock: "host" },
    log: { items: [] },
    boot: { order: "cad", menu: false },
    noReboot: false,
    noShutdown: false,
    startPaused: false,
    escapeChar: 1,
    notes: [],
  };
}

export const DEFAULT_RAM = 128 * 2 ** 20;
