import { defineMachine } from "../registry/registry.js";

export const machine = defineMachine({
  name: "virt",
  usual: true,
  text: "board of virtio devices with a device tree",
  architectures: ["riscv64"],
  buses: ["mmio", "pci"],
  serial: { ports: 1 },
  nic: "virtio-net-device",
  properties: {
    aclint: {
      type: "switch",
      default: false,
      text: "software interrupts of the supervisor too (an ACLINT, not a CLINT)",
    },
    aia: {
      type: "fixed",
      words: ["none"],
      text: "there is no advanced interrupt architecture",
      instead: "the interrupt controller is a PLIC: leave aia= out",
    },
    acpi: {
      type: "fixed",
      words: ["off", "auto"],
      text: "there are no ACPI tables",
      instead: "there is a device tree",
    },
    dumpdtb: { type: "string", text: "file that the device tree is written to; the machine is not started" },
    pflash0: { type: "string", text: "drive of if=none for the first flash, where firmware begins" },
    pflash1: { type: "string", text: "drive of if=none for the second flash" },
  },
  flashes: 2,
  firmwareFiles: true,
  deviceTree: true,
  async load() {
    const { RISCV_VIRT } = await import("./riscv/model.js");
    return RISCV_VIRT;
  },
});
