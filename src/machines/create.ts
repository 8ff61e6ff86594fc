import { MachineError } from "../machine/host.js";
import { MACHINES } from "./machines.js";
import type { CreateMachine } from "./registry/registry.js";

/** Makes the machine of a configuration: imports the code of its type, which does the rest. */
export const createMachine: CreateMachine = async (config, host, parts) => {
  const type = MACHINES.find(config.machine.type);
  if (!type) throw new MachineError(`there is no machine type '${config.machine.type}'`);
  const create = await type.load();
  return create(config, host, parts);
};
