// What a machine does not have yet, under the names it will have.

import { MachineError } from "../../machine/host.js";
import type { MachineStreams } from "../api.js";
import type { MachineNetwork, MachineSerialPorts, MachineStatistics } from "../services.js";

export function unavailable(name: string, instead: string): MachineError {
  return new MachineError(`${name} is not there yet: ${instead}`, { code: "ERR_UNAVAILABLE" });
}

function refuse(name: string, instead: string): never {
  throw unavailable(name, instead);
}

const NO_NETWORK = "there is no network";

/** Base of the remote control. */
export abstract class MachineServices {
  abstract readonly console: MachineStreams;

  readonly serial: MachineSerialPorts = {
    get: (index) =>
      index === 0 ? this.console : refuse(`machine.serial.get(${index})`, "the first port is machine.console"),
  };

  readonly network: MachineNetwork = {
    fetch: async () => refuse("machine.network.fetch()", NO_NETWORK),
    connect: async () => refuse("machine.network.connect()", NO_NETWORK),
    listen: async () => refuse("machine.network.listen()", NO_NETWORK),
  };

  async fork(_count = 1): Promise<never> {
    return refuse("machine.fork()", "make another machine of the same options");
  }

  async statistics(): Promise<MachineStatistics> {
    return refuse("machine.statistics()", 'write "info jit" to machine.monitor');
  }
}
