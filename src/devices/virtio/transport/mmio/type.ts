import { defineTransport } from "../../../registry/registry.js";

const OFF = ["off", "false", "no"];

export const transport = defineTransport({
  bus: "mmio",
  text: "MMIO",
  names: (device) => [`${device}-device`],
  properties: {
    event_idx: { type: "switch", default: true, text: "interrupts and notifications by index" },
    indirect_desc: { type: "switch", default: true, text: "tables of descriptors" },
    iommu_platform: { type: "fixed", words: OFF, text: "there is no IOMMU" },
    packed: { type: "fixed", words: OFF, text: "there are no packed queues" },
  },
  async load() {
    const [{ VirtioMmio }, { SIZE }] = await Promise.all([import("./transport.js"), import("./registers.js")]);
    return (virtio, { memory, log, irq }, { event_idx, indirect_desc }) => {
      const device = new VirtioMmio(virtio, {
        ...{ memory, log, irq },
        eventIndex: event_idx,
        indirectDescriptors: indirect_desc,
      });
      return { device, size: SIZE, region: device };
    };
  },
});
