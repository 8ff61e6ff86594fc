import { withDefaults } from "../../base/properties.js";
import type { MachineConfig } from "../../options/config.js";
import { PROPERTIES } from "./properties.js";

/** The machine's properties: those of -machine, and what holds where it says nothing. */
export function pcOptions({ machine: { properties } }: MachineConfig) {
  return withDefaults(PROPERTIES, properties);
}
