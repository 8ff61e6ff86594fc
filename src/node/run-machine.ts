// Runs one machine in this process: terminal, monitors, signals, exit status.

import { createMachine } from "../machine/create.js";
import { attachMonitors } from "../monitor/attach.js";
import type { MachineConfig } from "../options/config.js";
import { yieldToMachine } from "./background.js";
import { loadCoreModule } from "./core-module.js";
import { createNodeHost } from "./host.js";
import { PROGRAM_NAME } from "./program.js";
import { watchSignals } from "./signals.js";

/** Resolves to the exit status when the machine has ended. Rejects with MachineError when it cannot be made. */
export async function runMachine(
  config: MachineConfig,
  version: string,
  complain: (message: string) => void,
): Promise<number> {
  let quit = (): void => {};
  yieldToMachine();
  const host = createNodeHost({
    prefix: PROGRAM_NAME,
    onBrokenOutput: () => quit(),
    ...(config.log.file === undefined ? {} : { logFile: config.log.file }),
  });
  const machine = await createMachine(config, host, { module: loadCoreModule() });
  quit = () => machine.quit(1);
  attachMonitors(machine, version);
  const unwatch = watchSignals((number) => {
    complain(`terminating on signal ${number}`);
    machine.quit(0);
  });
  try {
    return (await machine.start()).status;
  } finally {
    unwatch();
  }
}
