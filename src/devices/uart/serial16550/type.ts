import { defineDevice } from "../../registry/registry.js";

/** Base port and interrupt of COM1 to COM4. */
const PLACES: readonly (readonly [port: number, irq: number])[] = [
  [0x3f8, 4],
  [0x2f8, 3],
  [0x3e8, 4],
  [0x2e8, 3],
];

export const device = defineDevice({
  name: "isa-serial",
  text: "16550A serial port",
  bus: "isa",
  properties: {
    chardev: { type: "chardev", required: true, text: "where it leads" },
    index: { type: "number", text: "0 to 3: COM1 to COM4 (the next)" },
    iobase: { type: "number", most: 0xfff8, text: "first of its eight ports" },
    irq: { type: "number", most: 15, text: "interrupt" },
  },
  async load() {
    const { Serial16550 } = await import("./serial16550.js");
    return (context, properties) => {
      const index = properties.index ?? context.ordinal;
      const place = PLACES[index];
      if (!place) throw new Error(`index=${index}: there are ports 0 to 3`);
      const { iobase: port = place[0], irq = place[1] } = properties;
      const { backend, piped } = context.chardev(properties.chardev);
      const uart = new Serial16550(context.clock, context.irq(irq), backend, { holdInput: piped });
      backend.breakReceived = () => uart.sendBreak();
      return {
        device: uart,
        ports: [{ name: `serial${index}`, port, length: 8, region: uart, width: 1 }],
        serial: { port, irq, wantInput: () => uart.wantInput() },
      };
    };
  },
});
