// What a device is made with, whatever bus it is for.

import type { BlockBackend } from "../../block/interfaces.js";
import type { FileSystem } from "../../fs/interfaces.js";
import type { NetClient, NetEnd } from "../../net/interfaces.js";
import type {
  CharBackend,
  Clock,
  DeviceLog,
  EntropySource,
  GuestMemory,
  IrqLine,
  MachineControl,
} from "../interfaces.js";

export interface DeviceContext {
  readonly memory: GuestMemory;
  readonly clock: Clock;
  readonly log: DeviceLog;
  readonly control: MachineControl;
  readonly entropy: EntropySource;
  /** The end of a -chardev. Throws Error when it has a user already. */
  chardev(id: string): CharEnd;
  /** A -drive. */
  drive(id: string): DriveEnd;
  /** The cable of a network card: to a -netdev, or to nowhere; its address is the one that was set, or the next of those nobody has set. */
  nic(netdev: string | undefined, mac: string | undefined): NicEnd;
  /** The folder of a -fsdev. */
  folder(id: string): FileSystem;
  /** Devices of this type that the machine has already. */
  readonly ordinal: number;
  /** Of -device. */
  readonly id: string | undefined;
}

export interface CharEnd {
  readonly backend: CharBackend;
  /** Input comes from a file or a pipe: it is kept until the guest is ready for it. */
  readonly piped: boolean;
}

export interface DriveEnd {
  readonly backend: BlockBackend;
  readonly serial: string | undefined;
  readonly writeCache: boolean;
  /** `listener` is called when the disk has another size. */
  readonly onResize?: (listener: () => void) => void;
  /** What becomes of a failure, by the drive's werror= and rerror= where the device says nothing. */
  errors(werror: string | undefined, rerror: string | undefined): DiskErrors;
}

export interface NicEnd {
  readonly mac: string;
  /** To be called once. */
  plug(card: NetClient): NetEnd;
}

/** Told of every failure of the back end; says what becomes of the request. */
export type DiskErrors = (error: Error, operation: DiskOperation) => DiskErrorAction;

/** Flushes are part of writing. */
export type DiskOperation = "read" | "write";

/** report: the guest gets an I/O error; ignore: it is told that all is well; stop: the machine stops, the request is held. */
export type DiskErrorAction = "report" | "ignore" | "stop";

/** Of a device on the PCI bus. */
export interface PciContext extends DeviceContext {
  /** The board has interrupt lines and nobody to send messages to. */
  readonly linesOnly?: boolean;
}

/** Of a device on the ISA bus, or what a board has in its place. */
export interface IsaContext extends DeviceContext {
  /** A source for an interrupt input of the board. Throws Error where there is none of that number. */
  irq(number: number): IrqLine;
}

/** Of a device at a place of the board's choice. */
export interface MmioContext extends DeviceContext {
  readonly irq: IrqLine;
}
