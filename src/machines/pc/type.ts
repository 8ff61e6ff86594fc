import { defineMachine } from "../registry/registry.js";
import { PROPERTIES } from "./properties.js";

export const machine = defineMachine({
  name: "pc",
  aliases: /^pc-i440fx-\d+\.\d+$/,
  text: "Standard PC (i440FX + PIIX)",
  architectures: ["x86_64"],
  buses: ["isa", "pci"],
  properties: PROPERTIES,
  serial: { ports: 4, device: "isa-serial" },
  nic: "virtio-net-pci",
  debugConsole: { driver: "isa-debugcon", properties: { iobase: 0xe9 } },
  firmwareFiles: true,
  without: { "no-acpi": "acpi", "no-hpet": "hpet" },
  async load() {
    const { PC } = await import("./model.js");
    return PC;
  },
});
