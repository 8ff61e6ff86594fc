import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "virtio-serial",
  text: "virtio console device: has ports",
  bus: "virtio",
  offers: "virtio-serial",
  properties: {
    max_ports: { type: "number", least: 1, most: 511, default: 31, text: "ports that there may be, port 0 among them" },
    "emergency-write": { type: "switch", default: true, text: "configuration space takes bytes for the console" },
  },
  async load() {
    const { VirtioSerial } = await import("./device.js");
    return ({ id }, { max_ports: maxPorts, "emergency-write": emergencyWrite }) =>
      new VirtioSerial({ maxPorts, emergencyWrite, id });
  },
});
