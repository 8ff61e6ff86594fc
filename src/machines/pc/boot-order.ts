// What firmware boots first: fw_cfg's file "bootorder", paths of devices in Open Firmware's notation, one a line.

import { encodeText } from "../../base/text.js";

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
 * @param first paths of what comes before all of them
 * @returns the file; undefined where firmware's own order is as good
 */
export function bootOrder(
  entries: readonly BootEntry[],
  order: string,
  first: readonly string[] = [],
): Uint8Array | undefined {
  const chosen = entries.filter(({ index }) => index !== undefined).sort((a, b) => a.index! - b.index!);
  const rest = entries.filter(({ index }) => index === undefined);
  for (const letter of order) chosen.push(...rest.filter(({ cdrom }) => letter === (cdrom ? "d" : "c")));
  if (first.length === 0 && chosen.every((entry, n) => entry === entries[n])) return undefined;
  const paths = chosen.map(({ slot }) => `/pci@i0cf8/scsi@${slot.toString(16)}/disk@0,0`);
  return encodeText(`${[...first, ...paths].join("\n")}\0`);
}
