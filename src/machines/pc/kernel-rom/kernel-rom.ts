// -kernel together with -bios: firmware starts the kernel by an option ROM, as QEMU's does.

import type { PcBoard } from "../board.js";
import { E820_RESERVED } from "../boot/interfaces.js";
import type { ConfiguredKernel } from "../kernel.js";
import { kernelItems } from "../kernel-items.js";
import { ROM_FILE, romBytes, SCRIPT_ITEM } from "./rom.js";
import { ScriptMemory } from "./script.js";

/** What firmware keeps for itself at the end of low RAM: SeaBIOS takes 256 KiB for its tables. */
const FIRMWARE_BYTES = 1 << 20;

/** Path of the ROM for the file "bootorder". */
export const ROM_PATH = `/rom@${ROM_FILE}`;

/** Hands the kernel to firmware, which is about to begin. */
export function offerKernel(board: PcBoard, { prepared, entropy }: ConfiguredKernel): void {
  const { fwCfg, ramLow, ramHigh } = board;
  const end = ramLow - FIRMWARE_BYTES;
  const memory = new ScriptMemory(ramLow + ramHigh, ramLow, end);
  const kept = { address: end, bytes: new Uint8Array(FIRMWARE_BYTES), type: E820_RESERVED } as const;
  const state = prepared.load({ memory, tables: [kept], rsdp: 0, entropy, placed: kernelItems(fwCfg) });
  fwCfg.add(SCRIPT_ITEM, memory.script(state));
  fwCfg.addFile(ROM_FILE, romBytes());
}
