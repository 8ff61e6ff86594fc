import { defineDevice } from "../../registry/registry.js";

export const device = defineDevice({
  name: "virtio-rng",
  text: "virtio source of random numbers",
  bus: "virtio",
  properties: {
    rng: { type: "rng", text: "an -object rng-random or rng-builtin (the host's generator, which all of them are)" },
  },
  async load() {
    const { VirtioRng } = await import("./device.js");
    return ({ entropy }) => new VirtioRng(entropy);
  },
});
