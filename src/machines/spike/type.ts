import { defineMachine } from "../registry/registry.js";

export const machine = defineMachine({
  name: "spike",
  text: "board of the simulator Spike: a console and an end by HTIF, nothing else",
  architectures: ["riscv64"],
  buses: [],
  serial: { ports: 1 },
  properties: {},
  deviceTree: true,
  async load() {
    const { SPIKE } = await import("./model.js");
    return SPIKE;
  },
});
