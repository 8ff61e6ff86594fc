// virtconsole and virtserialport: two names for a port, which guests use differently.

import { defineDevice } from "../../registry/registry.js";

/** `naming`: what the name of such a port is for. */
export function definePort<N extends "virtconsole" | "virtserialport">(type: N, text: string, naming: string) {
  return defineDevice({
    ...{ name: type, text, bus: "virtio-serial" },
    properties: {
      chardev: { type: "chardev", text: "where it leads (nowhere)" },
      name: { type: "string", text: naming },
      nr: { type: "number", most: 510, text: "number of the port (the first free one)" },
      bus: { type: "string", text: "the device's bus, such as ID.0 (the first with room)" },
    },
    async load() {
      const { VirtioSerialPort } = await import("./port.js");
      return (context, { chardev, name, nr }) =>
        new VirtioSerialPort({
          type,
          backend: chardev === undefined ? undefined : context.chardev(chardev).backend,
          portName: name,
          number: nr,
        });
    },
  });
}
