import { qtreePci } from "../../devices/pci/describe.js";
import type { PcBoard } from "./board.js";

/** `info qtree`: the system bus, the devices at fixed places, the PCI bus. */
export function infoQtree(board: PcBoard): string {
  const { bus, ports } = board.pci;
  const fixed = board.devices
    .filter((device) => device !== bus && device !== ports)
    .map((device) => `  dev: ${device.name}, id ""\n`)
    .join("");
  return `bus: main-system-bus\n  type System\n${fixed}  dev: i440FX-pcihost, id ""\n${qtreePci(bus)}`;
}
