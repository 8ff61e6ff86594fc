// What a machine's life needs of its board, whatever devices that has.

import type { Device } from "../devices/interfaces.js";
import type { SnapshotHeader } from "../snapshot/container.js";
import type { StatePart } from "../snapshot/sections.js";

/** What of a board is saved besides the life of the machine. */
export interface BoardState {
  readonly header: SnapshotHeader;
  /** CPUs and clocks first: moments of the others are of their time. */
  readonly parts: readonly StatePart[];
  readonly ram: Uint8Array;
  /** Resolves when nothing is in flight that the state would have to know of. */
  quiet(): Promise<void>;
  /** Why it cannot be saved now though it is quiet, one sentence. */
  unsaved(): string | undefined;
  /** RAM was replaced. */
  ramLoaded(): void;
}

/** The devices of one kind of machine. */
export interface Board {
  /** After the first reset. */
  state(): BoardState;
  readonly devices: readonly Device[];
  /**
   * Resets every device and prepares memory, firmware tables and the CPU for the first instruction. A promise where that takes
   * long: the CPU must not run until then.
   */
  reset(): void | Promise<void>;
  /** A push of the power button. */
  powerButton(): void;
  /** After suspend(): as reset(), but RAM is kept and the guest goes on where it said that it would. */
  wakeUp(): void;
  /** Closes images. */
  close(): Promise<void>;
}
