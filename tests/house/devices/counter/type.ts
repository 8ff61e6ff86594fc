import { defineDevice } from "../../../../src/devices/registry/registry.js";

export const device = defineDevice({
  name: "virtio-counter",
  text: "fills a buffer with numbers that count up",
  bus: "virtio",
  properties: { start: { type: "number", default: 1, text: "first number" } },
  async load() {
    const { VirtioCounter } = await import("./device.js");
    return (_context, { start }) => new VirtioCounter(start);
  },
});
