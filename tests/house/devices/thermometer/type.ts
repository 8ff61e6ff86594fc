import { defineDevice } from "../../../../src/devices/registry/registry.js";

export const device = defineDevice({
  name: "thermometer",
  text: "a register of degrees, and an interrupt where they are too many",
  bus: "mmio",
  properties: { limit: { type: "number", default: 40, most: 200, text: "degrees from which on it interrupts" } },
  async load() {
    const { Thermometer } = await import("./device.js");
    return ({ irq }, { limit }) => {
      const device = new Thermometer(irq, limit);
      return { device, size: 4, region: device };
    };
  },
});
