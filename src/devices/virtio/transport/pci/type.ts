import { defineTransport } from "../../../registry/registry.js";

const OFF = ["off", "false", "no"];

export const transport = defineTransport({
  bus: "pci",
  text: "PCI",
  names: (device) => [`${device}-pci`, device, `${device}-pci-non-transitional`],
  properties: {
    addr: { type: "slot", text: "slot of the PCI bus, such as 06.0 (the first free one)" },
    bus: { type: "fixed", words: ["pci.0", "pci"], text: "the PCI bus" },
    bootindex: { type: "number", text: "place in the firmware's boot order" },
    vectors: { type: "number", most: 2048, text: "MSI-X vectors; 0: no MSI-X (one for each queue and one more)" },
    event_idx: { type: "switch", default: true, text: "interrupts and notifications by index" },
    indirect_desc: { type: "switch", default: true, text: "tables of descriptors" },
    ioeventfd: { type: "switch", default: false, text: "accepted: how a host is notified, which no guest can tell" },
    "disable-legacy": {
      type: "fixed",
      words: ["on", "true", "yes", "auto"],
      text: "there is only the modern interface",
      instead: "there is only the modern interface, of virtio 1.0 and later",
    },
    "disable-modern": { type: "fixed", words: OFF, text: "there is only the modern interface" },
    iommu_platform: { type: "fixed", words: OFF, text: "there is no IOMMU" },
    packed: { type: "fixed", words: OFF, text: "there are no packed queues" },
  },
  async load() {
    const { VirtioPci } = await import("./transport.js");
    return (device, { memory, log, id, linesOnly }, properties) =>
      new VirtioPci(device, {
        memory,
        log,
        eventIndex: properties.event_idx,
        indirectDescriptors: properties.indirect_desc,
        ...(id === undefined ? {} : { id }),
        ...(linesOnly ? { vectors: 0 } : properties.vectors === undefined ? {} : { vectors: properties.vectors }),
      });
  },
});
