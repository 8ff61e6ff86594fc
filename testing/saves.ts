// Machines that are stopped at an instruction, saved, and gone on with in a new one.

import { parseArguments } from "../src/machines/arguments.js";
import type { ModelledMachine } from "../src/machines/create/machine.js";
import { createMachine } from "../src/machines/create.js";
import { loadCoreModule } from "../src/node/core-module.js";
import { createNodeHost } from "../src/node/host.js";
import { programInfo } from "../src/node/program.js";
import type { Snapshot } from "../src/snapshot/container.js";

/** Nanoseconds per instruction as a power of two. */
const SHIFT = 3;

export class Saves {
  private readonly module = loadCoreModule();

  /** QEMU's options, to which go those that make runs repeat. */
  constructor(private readonly options: readonly string[]) {}

  async machine(): Promise<ModelledMachine> {
    const repeat = ["-icount", `shift=${SHIFT},sleep=off`, "-rtc", "base=2026-01-01,clock=vm"];
    const parsed = parseArguments(["-display", "none", "-monitor", "none", ...repeat, ...this.options], programInfo());
    if (parsed.kind !== "machine") throw new Error("these options make no machine");
    const host = createNodeHost({ prefix: "saves", onBrokenOutput: () => {} });
    return createMachine(parsed.config, host, { module: this.module });
  }

  /**
   * The states of one machine, saved or new, after so many instructions, ascending. Idle time counts as instructions. It is stopped
   * where it is looked at, and goes on; then it is ended.
   */
  async run(counts: readonly number[], from?: Snapshot): Promise<Snapshot[]> {
    const machine = await this.machine();
    const states: Snapshot[] = [];
    let failure: unknown;
    // Timers fire at their exact instruction, and what they ask for comes between two runs.
    const next = machine.clock.timer(() => {
      machine
        .saveState()
        .then((state) => {
          states.push(state);
          arm();
        })
        .catch((error: unknown) => {
          failure = error;
          machine.quit();
        });
    });
    const arm = (): void => {
      const count = counts[states.length];
      if (count === undefined) machine.quit();
      else next.arm(count * 2 ** SHIFT);
    };
    arm();
    await machine.start(from);
    if (failure) throw failure;
    if (states.length < counts.length)
      throw new Error(`the machine ended after ${states.length} of ${counts.length} states`);
    return states;
  }
}
