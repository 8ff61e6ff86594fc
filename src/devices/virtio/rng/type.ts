import { defineDevice } from "../../registry/registry.js";

const NS_PER_MS = 1e6;

export const device = defineDevice({
  name: "virtio-rng",
  text: "virtio source of random numbers",
  bus: "virtio",
  properties: {
    rng: { type: "rng", text: "an -object rng-random or rng-builtin (the host's generator, which all of them are)" },
    "max-bytes": { type: "number", least: 1, text: "most bytes in each period (no limit)" },
    period: { type: "number", least: 1, default: 65536, text: "milliseconds of a period, where max-bytes is given" },
  },
  async load() {
    const { VirtioRng } = await import("./device.js");
    return ({ entropy, clock }, { "max-bytes": maxBytes, period }) =>
      new VirtioRng(entropy, maxBytes === undefined ? undefined : { clock, maxBytes, periodNs: period * NS_PER_MS });
  },
});
