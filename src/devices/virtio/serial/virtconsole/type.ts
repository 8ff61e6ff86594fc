import { defineDevice } from "../../../registry/registry.js";

export const device = defineDevice({
  name: "virtconsole",
  text: "console of a virtio-serial device",
  bus: "virtio-serial",
  properties: {
    chardev: { type: "chardev", text: "where it leads (nowhere)" },
    name: { type: "string", text: "name, which guests show" },
    nr: { type: "number", most: 510, text: "number of the port (the first free one)" },
    bus: { type: "string", text: "the device's bus, such as ID.0 (the first with room)" },
  },
  async load() {
    const { VirtioSerialPort } = await import("../port.js");
    return (context, { chardev, name, nr }) =>
      new VirtioSerialPort({
        type: "virtconsole",
        backend: chardev === undefined ? undefined : context.chardev(chardev).backend,
        portName: name,
        number: nr,
      });
  },
});
