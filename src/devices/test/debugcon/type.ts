import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "isa-debugcon",
  text: "a port whose bytes go to a character device",
  bus: "isa",
  properties: {
    chardev: { type: "chardev", required: true, text: "where they go" },
    iobase: { type: "number", most: 0xffff, default: 0xe9, text: "the port" },
    readback: { type: "number", default: 0xe9, text: "what reading the port gives" },
  },
  async load() {
    const { DebugCon } = await import("./debugcon.js");
    return (context, { chardev, iobase, readback }) => {
      const device = new DebugCon(context.chardev(chardev).backend, readback & 0xff);
      return { device, ports: [{ name: device.name, port: iobase, length: 1, region: device }] };
    };
  },
});
