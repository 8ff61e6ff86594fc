import { MACHINE_TYPES } from "./list.js";
import { MachineRegistry } from "./registry/registry.js";

/** Every machine of this house. */
export const MACHINES = new MachineRegistry(MACHINE_TYPES);
