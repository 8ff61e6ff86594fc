import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "isa-debug-exit",
  text: "a write of v ends the machine with exit status (v << 1) | 1",
  bus: "isa",
  properties: {
    iobase: { type: "number", most: 0xffff, default: 0x501, text: "first port" },
    iosize: { type: "number", least: 1, most: 0x10000, default: 2, text: "ports" },
  },
  async load() {
    const { DebugExit } = await import("./debugexit.js");
    return ({ control }, { iobase, iosize }) => {
      const device = new DebugExit(control);
      return { device, ports: [{ name: device.name, port: iobase, length: iosize, region: device }] };
    };
  },
});
