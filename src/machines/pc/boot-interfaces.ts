// What a `pc` starts, whatever it is.

import type { PcBoard } from "./board.js";

export interface Boot {
  /** ROM below 4 GiB. */
  firmware?: Uint8Array;
  /** Before start(): what takes long. Undefined when all is ready. */
  prepare?(): Promise<void> | undefined;
  /** After every reset of the devices: memory, tables and CPU for the first instruction. */
  start(board: PcBoard): void;
  /** After the reset that ends ACPI's S3. */
  wakeUp(board: PcBoard): void;
}
