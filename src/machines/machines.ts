import { MACHINE_TYPES } from "./list.js";
import { type MachineChoice, MachineRegistry } from "./registry/registry.js";

/** Every machine of this house. */
export const MACHINES = new MachineRegistry(MACHINE_TYPES);

/** A machine as an object, typed by the rows of its folder. */
export type AnyMachineChoice = MachineChoice<(typeof MACHINE_TYPES)[number]>;
