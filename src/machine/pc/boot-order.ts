// What firmware boots first: fw_cfg's file "bootorder", paths of devices in Open Firmware's notation, one a line.

import { encodeText } from "../text.js";

/** A device that can be booted from. */
export interface BootEntry {
  /** Slot on PCI bus 0. */
  slot: number;
  cdrom: boolean;
  /** -device's bootindex. */
  index: number | undefined;
}

/**
 * @param order letters of -boot: c disks, d CD-ROMs
 * @returns the file; undefined where firmware's own order is as good
 */
export function bootOrder(entries: readonly BootEntry[], order: string): Uint8Array | undefined {
  const chosen = entries.filter(({ index }) => index !== undefined).sort((a, b) => a.index! - b.index!);
  const rest = entries.filter(({ index }) => index === undefined);
  for (const letter of order) chosen.push(...rest.filter(({ cdrom }) => letter === (cdrom ? "d" : "c")));
  if (chosen.every((entry, n) => entry === entries[n])) return undefined;
  return encodeText(`${chosen.map(({ slot }) => `/pci@i0cf8/scsi@${slot.toString(16)}/disk@0,0`).join("\n")}\0`);
}
