import { defineMachine } from "../registry/registry.js";
import { PROPERTIES } from "./properties.js";

export const machine = defineMachine({
  name: "pc",
  aliases: /^pc-i440fx-\d+\.\d+$/,
  text: "Standard PC (i440FX + PIIX)",
  architectures: ["x86_64"],
  buses: ["isa", "pci"],
  properties: PROPERTIES,
  async load() {
    const { PC } = await import("./model.js");
    return PC;
  },
});
