import { defineDevice } from "../../registry/registry.js";

const OFF = ["off", "false", "no"];

export const device = defineDevice({
  name: "virtio-blk",
  text: "virtio disk of a -drive if=none",
  bus: "virtio",
  bootable: true,
  properties: {
    drive: { type: "drive", required: true, text: "the -drive" },
    serial: { type: "string", text: "serial number, 20 characters (the drive's)" },
    "write-cache": { type: "switch-auto", text: "whether the guest has to flush (as cache= of the drive)" },
    "write-zeroes": { type: "switch", default: true, text: "requests that write zeros" },
    logical_block_size: { type: "size", default: 512, text: "smallest unit, bytes" },
    physical_block_size: { type: "size", text: "unit that is written fast, bytes (the logical one)" },
    "num-queues": { type: "number", least: 1, most: 64, default: 1, text: "queues" },
    "queue-size": { type: "number", least: 2, most: 1024, default: 256, text: "descriptors of a queue" },
    werror: { type: "choice", words: ["report", "ignore", "stop", "enospc"], text: "failed writes (the drive's)" },
    rerror: { type: "choice", words: ["report", "ignore", "stop"], text: "failed reads (the drive's)" },
    discard: {
      type: "switch",
      default: true,
      text: "requests that let go of sectors (discard=unmap of the drive does it)",
    },
    "config-wce": { type: "switch", default: true, text: "whether the guest may switch its write cache" },
    "share-rw": {
      type: "fixed",
      words: OFF,
      text: "the image is the drive's alone",
      instead: "-drive file.locking=off uses an image without asking who else does",
    },
  },
  async load() {
    const { VirtioBlk } = await import("./device.js");
    return (context, properties) => {
      const { backend, serial, writeCache, errors, onResize } = context.drive(properties.drive);
      return new VirtioBlk({
        backend,
        serial: properties.serial ?? serial,
        logicalBlockSize: properties.logical_block_size,
        physicalBlockSize: properties.physical_block_size,
        numQueues: properties["num-queues"],
        queueSize: properties["queue-size"],
        writeCache: properties["write-cache"] ?? writeCache,
        configWce: properties["config-wce"],
        writeZeroes: properties["write-zeroes"],
        discard: properties.discard,
        onResize,
        onError: errors(properties.werror, properties.rerror),
      });
    };
  },
});
