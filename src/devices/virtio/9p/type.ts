import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "virtio-9p",
  text: "virtio 9p: a -fsdev that the guest mounts",
  bus: "virtio",
  properties: {
    fsdev: { type: "fsdev", required: true, text: "the -fsdev" },
    mount_tag: {
      type: "string",
      required: true,
      text: "what the guest mounts, at most 31 bytes",
      pattern: { is: /^[^,\0]{1,31}$/u, says: "1 to 31 characters" },
    },
  },
  async load() {
    const { Virtio9p } = await import("./device.js");
    const { nameFromText } = await import("../../../fs/names.js");
    return (context, { fsdev, mount_tag }) => new Virtio9p({ fs: context.folder(fsdev), tag: nameFromText(mount_tag) });
  },
});
