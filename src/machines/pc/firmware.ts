// What fw_cfg says of the make-up of the machine, by QEMU's item numbers and file names: to firmware, and to a kernel that is
// started without any.

import {
  FW_CFG_BOOT_MENU,
  FW_CFG_MAX_CPUS,
  FW_CFG_NB_CPUS,
  FW_CFG_NOGRAPHIC,
  FW_CFG_RAM_SIZE,
  FW_CFG_UUID,
} from "../../devices/firmware/fwcfg/fwcfg.js";
import type { MachineConfig } from "../../options/config.js";
import type { PcBoard } from "./board.js";
import { bootOrder } from "./boot-order.js";
import { tableLoader } from "./table-loader.js";
import { firmwareTables } from "./tables.js";

const FOUR_GIB = 2 ** 32;
const E820_RAM = 1;
const E820_ENTRY = 20;

export function addFirmwareFiles(board: PcBoard, config: MachineConfig): void {
  const { fwCfg, ramLow, ramHigh } = board;
  fwCfg.add(FW_CFG_RAM_SIZE, u64(ramLow + ramHigh));
  fwCfg.addU16(FW_CFG_NB_CPUS, 1);
  fwCfg.addU16(FW_CFG_MAX_CPUS, 1);
  fwCfg.addU16(FW_CFG_NOGRAPHIC, 1);
  fwCfg.addU16(FW_CFG_BOOT_MENU, config.boot.menu ? 1 : 0);
  fwCfg.add(FW_CFG_UUID, uuidBytes(config.uuid));
  const ram: [number, number][] = [[0, ramLow]];
  if (ramHigh > 0) ram.push([FOUR_GIB, ramHigh]);
  const map = new Uint8Array(ram.length * E820_ENTRY);
  ram.forEach(([address, length], i) => {
    map.set(u64(address), i * E820_ENTRY);
    map.set(u64(length), i * E820_ENTRY + 8);
    map[i * E820_ENTRY + 16] = E820_RAM;
  });
  fwCfg.addFile("etc/e820", map);
  addTables(board, config);
}

/**
 * What only firmware asks for: from what to boot and where its screen is.
 * @param order letters of -boot, for this start of the machine
 * @param first paths of what comes before all devices
 */
export function addBootFiles(board: PcBoard, order: string, first: readonly string[]): void {
  const { fwCfg, bootEntries, serialPorts } = board;
  fwCfg.addFile("bootorder", bootOrder(bootEntries, order, first) ?? new Uint8Array(0));
  // SeaBIOS shows its screen and takes keys there: there is no display.
  const [console] = serialPorts;
  if (console) fwCfg.addFile("etc/sercon-port", Uint8Array.of(console.port, console.port >> 8));
}

function addTables(board: PcBoard, config: MachineConfig): void {
  const { fwCfg } = board;
  const { acpi, smbios } = firmwareTables(board, config);
  // Firmware places the structures itself; the first table is the entry point, the second what it points to.
  const [anchor, structures] = smbios;
  fwCfg.addFile("etc/smbios/smbios-anchor", anchor!.bytes);
  fwCfg.addFile("etc/smbios/smbios-tables", structures!.bytes);
  if (!acpi) return;
  const files = tableLoader(acpi.tables, acpi.rsdp);
  fwCfg.addFile("etc/acpi/tables", files.tables);
  fwCfg.addFile("etc/acpi/rsdp", files.rsdp);
  fwCfg.addFile("etc/table-loader", files.loader);
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value >>> 0, true);
  view.setUint32(4, Math.floor(value / FOUR_GIB), true);
  return bytes;
}

/** The 16 bytes of a UUID as it is written, zeros where there is none. */
export function uuidBytes(uuid: string | undefined): Uint8Array {
  const digits = (uuid ?? "").replaceAll("-", "").padEnd(32, "0");
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
