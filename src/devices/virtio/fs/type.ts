import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "virtio-fs",
  text: "virtio file system: a -fsdev that the guest mounts, faster than 9p",
  bus: "virtio",
  properties: {
    fsdev: { type: "fsdev", required: true, text: "the -fsdev" },
    tag: {
      type: "string",
      required: true,
      text: "what the guest mounts, at most 36 bytes",
      pattern: { is: /^[\x21-\x7e]{1,36}$/, says: "1 to 36 characters of ASCII" },
    },
    cache: {
      type: "choice",
      words: ["auto", "never", "always"],
      default: "auto",
      text: "what others change is seen after a second, at once, or never",
    },
    "num-request-queues": { type: "number", least: 1, most: 16, default: 1, text: "queues of requests" },
    "queue-size": { type: "number", least: 2, most: 1024, default: 128, text: "descriptors of a queue" },
  },
  async load() {
    const { VirtioFs } = await import("./device.js");
    return (context, properties) =>
      new VirtioFs({
        fs: context.folder(properties.fsdev),
        tag: properties.tag,
        cache: properties.cache,
        requestQueues: properties["num-request-queues"],
        queueSize: properties["queue-size"],
      });
  },
});
