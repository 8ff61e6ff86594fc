import { defineMachine } from "../registry/registry.js";

export const machine = defineMachine({
  name: "virt",
  text: "board of virtio devices with a device tree",
  architectures: ["riscv64"],
  buses: ["mmio", "pci"],
  properties: {},
  serial: { ports: 1 },
  async load() {
    const { RISCV_VIRT } = await import("./riscv/model.js");
    return RISCV_VIRT;
  },
});
