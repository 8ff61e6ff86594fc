// Runs one machine in this process: terminal, monitors, signals, exit status.

import { programName } from "../guests/programs.js";
import type { Machine } from "../machine/machine.js";
import { createMachine } from "../machines/create.js";
import { attachMonitors } from "../monitor/attach.js";
import type { MachineConfig } from "../options/config.js";
import { END_GRACE_MS, READER_PATIENCE_MS } from "../tuning/host.js";
import { yieldToMachine } from "./background.js";
import { loadCore } from "./core-module.js";
import { createNodeHost } from "./host.js";
import { watchSignals } from "./signals.js";

/** Resolves to the exit status when the machine has ended. Rejects with MachineError when it cannot be made. */
export async function runMachine(config: MachineConfig, version: string): Promise<number> {
  let quit = (): void => {};
  let patience: number | undefined;
  yieldToMachine();
  const host = createNodeHost({
    prefix: programName(config.guest),
    onBrokenOutput: () => quit(),
    images: config.drives.map(({ file }) => file),
    ...(config.log.file === undefined ? {} : { logFile: config.log.file }),
  });
  try {
    // A signal ends the process by itself until the machine runs.
    const machine = await createMachine(config, host, loadCore(config.guest));
    quit = () => machine.quit(1);
    attachMonitors(machine, version);
    const { status, atOnce } = await ended(machine, (text) => host.say(text));
    if (atOnce) patience = READER_PATIENCE_MS;
    return status;
  } finally {
    await host.close(patience);
  }
}

/** The machine's exit status; 0 when a signal asks the program to end, whatever keeps the machine from it. */
async function ended(machine: Machine, say: (text: string) => void): Promise<{ status: number; atOnce: boolean }> {
  let giveUp = (): void => {};
  const late = new Promise<{ status: number; atOnce: boolean }>((resolve) => {
    giveUp = () => resolve({ status: 0, atOnce: true });
  });
  const unwatch = watchSignals((number) => {
    say(`terminating on signal ${number}`);
    machine.quit(0);
    setTimeout(() => {
      const { saving } = machine;
      if (!saving) return giveUp();
      say("waiting for the host's disk, which does not yet have all that the guest wrote");
      // Its readers have their time then.
      const then = (): void => void setTimeout(giveUp, READER_PATIENCE_MS);
      saving.then(then, then);
    }, END_GRACE_MS);
  });
  const finished = machine.start().then(({ status, reason }) => ({ status, atOnce: reason === "quit" }));
  try {
    return await Promise.race([finished, late]);
  } finally {
    unwatch();
  }
}
