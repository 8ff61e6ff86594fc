import { MachineError } from "../../machine/host.js";
import { defineMachine } from "../registry/registry.js";

export const machine = defineMachine({
  name: "virt",
  text: "board of MMIO devices, for guests without PCI",
  // Whoever has a CPU for it makes the board (board.ts): there is no guest of this house for it yet.
  architectures: [],
  buses: ["mmio"],
  properties: {},
  async load() {
    return async () => {
      throw new MachineError("machine type 'virt' has no CPU yet");
    };
  },
});
