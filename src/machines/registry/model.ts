// What the code of a machine is: its memory map, its CPU's wiring, its board, its buses, and what it boots. src/machines/create makes a
// machine of it: memory, engine, clocks, disks, consoles, run loop, monitor and saved state are the same for all.

import type { Translation } from "../../arch/guest.js";
import type {
  Clock,
  Device,
  EntropySource,
  MachineControl,
  Stateful,
  Topic,
  WallClock,
} from "../../devices/interfaces.js";
import type { CharEnd } from "../../devices/registry/context.js";
import type { Engine, Tier1, TranslateEvent } from "../../engine/engine.js";
import type { RamRange } from "../../engine/physical.js";
import type { Bus } from "../../machine/bus.js";
import type { CpuHooks, EngineCpu } from "../../machine/cpu.js";
import type { Drive } from "../../machine/drives.js";
import type { EngineGuestMemory } from "../../machine/guest-memory.js";
import type { MachineHost } from "../../machine/host.js";
import type { MachineLog } from "../../machine/log.js";
import type { Sockets, WantedDevice } from "../../machine/plug.js";
import type { SemihostingCall } from "../../machine/semihosting/interfaces.js";
import type { MachineConfig } from "../../options/config.js";
import type { StatePart } from "../../snapshot/sections.js";

export interface MachineModel<C extends EngineCpu = EngineCpu, B extends Mainboard = Mainboard> {
  /** What it makes of a configuration before anything else. */
  configure?(config: MachineConfig): MachineConfig;
  /** Where RAM lies. */
  ram(config: MachineConfig): readonly RamRange[];
  /** Bytes of room for ROM, where it is not the usual. */
  romBytes?(config: MachineConfig): number | undefined;
  /** The CPU. What interrupts it is on the board, which is there when it runs. */
  createCpu(parts: CpuParts, board: () => B): C;
  /** Its fixed devices, wired. */
  createBoard(parts: BoardParts<C>): B;
  /** What is plugged in, in the order of places: the devices of the configuration, and what there is without an option. */
  devices(config: MachineConfig): readonly WantedDevice[];
  /** How many of a type there are that devices() does not count. */
  counts?(config: MachineConfig): Readonly<Record<string, number>>;
  /** Reads what is to be started. Rejects with MachineError naming the file that is missing or of no use. */
  prepareBoot(parts: BootParts<C>): Promise<Boot<B>>;
  /** The CPU in a saved state; absent: the machine cannot be saved. */
  cpuState?(cpu: C): Stateful;
}

// A model of a CPU and a board of its own takes fewer of them than any MachineModel does.
// biome-ignore lint/suspicious/noExplicitAny: what MachineModel<C, B> is for every C and B
export type AnyMachineModel = MachineModel<any, any>;

/** The devices that a machine has in any case. */
export interface Mainboard {
  /** In the order of their resets; what is plugged in comes to it. */
  readonly devices: readonly Device[];
  /** The buses of -device. */
  readonly sockets: Sockets;
  /** Where files of -fw_cfg go. */
  readonly fwCfg?: { give(name: string, bytes: Uint8Array): void };
  /** What of it is saved besides devices: interrupt lines, gates. */
  readonly state?: readonly StatePart[];
  /** What the monitor shows besides what devices do. */
  readonly topics?: readonly Topic[];
  /** All that is to be plugged in is there. */
  complete?(): void;
  /** Power-on state of CPU and devices. */
  reset(): void;
  /** As reset(), with RAM kept: the end of a sleep. */
  resetFromSleep?(): void;
  /** A push of the power button; false: the guest does not listen. */
  powerButton?(): boolean;
  /** A push of the NMI button. */
  nmi?(): void;
}

/** What a machine starts. */
export interface Boot<B extends Mainboard> {
  /** Once, when the board is there. */
  install?(board: B): void;
  /** Before start(): what takes long. Undefined when all is ready. */
  prepare?(): Promise<void> | undefined;
  /** After every reset of the board: memory, tables and CPU for the first instruction. */
  start(board: B): void;
  /** After resetFromSleep(). */
  wakeUp?(board: B): void;
}

/** For the engine of a CPU; a machine adds what its guest's has besides. */
export interface CpuParts {
  readonly config: MachineConfig;
  /** Of the guest: the frontend, and what else its -cpu gives. */
  readonly translation: Translation;
  readonly bus: Bus;
  /** Absent: programs make no calls of semihosting. */
  readonly semihosting?: SemihostingPort;
  readonly engine: {
    readonly module: WebAssembly.Module;
    readonly shared: boolean;
    readonly ram: readonly RamRange[];
    readonly romBytes?: number;
    readonly hooks: CpuHooks;
    readonly oneInsn: boolean;
    /** Instruction-counted time: nanoseconds per instruction as a power of two. */
    readonly icountShift?: number;
    readonly tier1: (engine: Engine) => Tier1;
    readonly onTranslate?: (event: TranslateEvent) => void;
    readonly onLog: (kind: number, a: number, b: number, c: number) => void;
  };
}

/** Where a CPU brings calls of semihosting. */
export interface SemihostingPort {
  /** Programs in the user's mode may make some. */
  readonly user: boolean;
  /** The CPU stops. `call` gives the call once it stands still; undefined: it is elsewhere by then. */
  request(call: () => SemihostingCall | undefined): void;
}

export interface BoardParts<C> {
  readonly config: MachineConfig;
  readonly cpu: C;
  readonly bus: Bus;
  readonly memory: EngineGuestMemory;
  readonly clock: Clock;
  readonly wall: WallClock;
  readonly log: MachineLog;
  readonly control: MachineControl;
  /** A halted CPU may have something to do. */
  wake(): void;
  /** Where a port of -serial leads: nowhere, where it says nothing. */
  serial(index: number): CharEnd;
}

export interface BootParts<C> {
  readonly config: MachineConfig;
  readonly host: MachineHost;
  readonly memory: EngineGuestMemory;
  readonly cpu: C;
  readonly drives: ReadonlyMap<string, Drive>;
  readonly entropy: EntropySource;
}
