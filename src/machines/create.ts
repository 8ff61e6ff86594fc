import { MachineError, type MachineHost } from "../machine/host.js";
import type { MachineConfig } from "../options/config.js";
import { createModelled, type EngineParts } from "./create/create.js";
import type { ModelledMachine } from "./create/machine.js";
import { MACHINES } from "./machines.js";

/** Makes the machine of a configuration. Rejects with MachineError (one sentence) when something it names cannot be had. */
export async function createMachine(
  config: MachineConfig,
  host: MachineHost,
  parts: EngineParts,
): Promise<ModelledMachine> {
  const type = MACHINES.find(config.machine.type);
  if (!type) throw new MachineError(`there is no machine type '${config.machine.type}'`);
  return createModelled(type, await type.load(config.guest), config, host, parts);
}
