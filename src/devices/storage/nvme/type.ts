import { defineDevice } from "../../registry/registry.js";
import { QUEUES } from "./registers.js";

export const device = defineDevice({
  name: "nvme",
  text: "NVMe disk of a -drive if=none",
  bus: "pci",
  properties: {
    drive: { type: "drive", required: true, text: "the -drive" },
    serial: { type: "string", required: true, text: "serial number, 20 characters" },
    addr: { type: "slot", text: "slot of the PCI bus, such as 06.0 (the first free one)" },
    "write-cache": { type: "switch-auto", text: "whether the guest has to flush (as cache= of the drive)" },
    werror: { type: "choice", words: ["report", "ignore", "stop", "enospc"], text: "failed writes (the drive's)" },
    rerror: { type: "choice", words: ["report", "ignore", "stop"], text: "failed reads (the drive's)" },
  },
  async load() {
    const { Nvme } = await import("./device.js");
    return (context, properties) => {
      const { backend, writeCache, errors } = context.drive(properties.drive);
      return new Nvme({
        memory: context.memory,
        log: context.log,
        backend,
        serial: properties.serial,
        writeCache: properties["write-cache"] ?? writeCache,
        onError: errors(properties.werror, properties.rerror),
        id: context.id,
        vectors: context.linesOnly ? 0 : QUEUES + 1,
      });
    };
  },
});
