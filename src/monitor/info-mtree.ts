import type { Bus } from "../machine/bus.js";

export interface MtreeRam {
  readonly address: number;
  readonly length: number;
}

/** `info mtree`: where RAM lies, and the registers that are mapped now. */
export function infoMtree(ram: readonly MtreeRam[], { memory, ports }: Bus): string {
  const ranges = [...ram.map((range) => ({ ...range, name: "ram" })), ...memory.list()].map(line);
  const io = ports.list().map(line);
  return `memory:\n${ranges.join("")}${io.length > 0 ? `I/O:\n${io.join("")}` : ""}`;
}

function line({ address, length, name }: MtreeRam & { readonly name: string }): string {
  return `  ${hex16(address)}-${hex16(address + length - 1)}: ${name}\n`;
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, "0");
}
