import { MachineError } from "../../machine/host.js";
import { defineMachine } from "../registry/registry.js";

export const machine = defineMachine({
  name: "virt",
  text: "board of MMIO devices, for guests without PCI",
  // A guest's part of it (model.ts) comes with the guest: there is none of this house yet.
  architectures: [],
  buses: ["mmio"],
  properties: {},
  async load(guest) {
    throw new MachineError(`machine type 'virt' has no CPU of ${guest} yet`);
  },
});
