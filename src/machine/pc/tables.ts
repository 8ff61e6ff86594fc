// ACPI and SMBIOS tables of a `pc`, as firmware would have left them in memory.

import type { MachineConfig } from "../../options/config.js";
import type { FirmwareTable } from "../boot/interfaces.js";
import type { PcBoard } from "./board.js";

export interface FirmwareTables {
  tables: FirmwareTable[];
  /** Address of the ACPI RSDP, 0: there is none. */
  rsdp: number;
}

export function firmwareTables(_board: PcBoard, _config: MachineConfig): FirmwareTables {
  return { tables: [], rsdp: 0 };
}
