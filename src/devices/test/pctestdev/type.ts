import { defineDevice } from "../../registry/registry.js";

const PORT = 0xe0;
const FLUSH = 0xe4;
const IRQ = 0x2000;
const MEMORY = 0xff000000;

export const device = defineDevice({
  name: "pc-testdev",
  text: "test device of kvm-unit-tests",
  bus: "isa",
  properties: {},
  async load() {
    const { PcTestDevice, TESTDEV_IRQS, TESTDEV_MMIO_SIZE } = await import("./pctestdev.js");
    return ({ irq }) => {
      const device = new PcTestDevice(Array.from({ length: TESTDEV_IRQS }, (_, n) => irq(n)));
      const { name } = device;
      return {
        device,
        ports: [
          { name, port: PORT, length: 4, region: device.port },
          { name, port: FLUSH, length: 4, region: device.flush },
          { name, port: IRQ, length: TESTDEV_IRQS, region: device.irq },
        ],
        memory: [{ name, address: MEMORY, length: TESTDEV_MMIO_SIZE, region: device.mmio }],
      };
    };
  },
});
