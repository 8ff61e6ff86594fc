// ACPI and SMBIOS tables of a `pc`, as firmware would have left them in memory.

import type { MachineConfig } from "../../options/config.js";
import { buildAcpi } from "./acpi/acpi.js";
import { pcAcpiOptions } from "./acpi/pc.js";
import type { PcBoard } from "./board.js";
import type { FirmwareTable } from "./boot/interfaces.js";
import { pcOptions } from "./options.js";
import { buildSmbios } from "./smbios.js";

export interface FirmwareTables {
  /** Entry point, then structures. */
  smbios: FirmwareTable[];
  /** With the address of the RSDP; undefined under acpi=off. */
  acpi: { tables: FirmwareTable[]; rsdp: number } | undefined;
}

/** What SMBIOS calls the version of the machine and of its parts. */
const MACHINE_VERSION = "pc";

export function firmwareTables(board: PcBoard, config: MachineConfig): FirmwareTables {
  const { ramLow, ramHigh, cpuIdentity } = board;
  const smbios = buildSmbios({
    ramLow,
    ramHigh,
    cpus: 1,
    cpuModel: config.cpu.model,
    cpuid: { eax: cpuIdentity.signature, edx: cpuIdentity.features },
    version: MACHINE_VERSION,
    uuid: config.uuid,
  });
  const { acpi: wanted, hpet, i8042 } = pcOptions(config);
  if (!wanted) return { smbios, acpi: undefined };
  const serial = board.serialPorts.map(({ port, irq }) => ({ port, irq }));
  const acpi = buildAcpi(pcAcpiOptions({ cpus: [0], ramLow, hpet, i8042, serial, vga: false }), ramLow);
  return { smbios, acpi };
}
