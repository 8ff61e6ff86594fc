// Machines that are stopped at an instruction, saved, and gone on with in a new one.

import type { Machine } from "../src/machine/machine.js";
import { parseArguments } from "../src/machines/arguments.js";
import { createMachine } from "../src/machines/create.js";
import { loadCoreModule } from "../src/node/core-module.js";
import { createNodeHost } from "../src/node/host.js";
import { programInfo } from "../src/node/program.js";
import type { Snapshot } from "../src/snapshot/container.js";

/** Nanoseconds per instruction as a power of two. */
const SHIFT = 3;

/** Of a `pc` with QEMU's options, to which go those that make runs repeat. */
export function pcSaves(options: readonly string[]): Saves {
  const module = loadCoreModule();
  return new Saves(async () => {
    const repeat = ["-icount", `shift=${SHIFT},sleep=off`, "-rtc", "base=2026-01-01,clock=vm"];
    const parsed = parseArguments(["-display", "none", "-monitor", "none", ...repeat, ...options], programInfo());
    if (parsed.kind !== "machine") throw new Error("these options make no machine");
    const host = createNodeHost({ prefix: "saves", onBrokenOutput: () => {} });
    return createMachine(parsed.config, host, { module });
  }, SHIFT);
}

export class Saves {
  /** `make` makes a machine under -icount with this shift, always the same one. */
  constructor(
    private readonly make: () => Promise<Machine>,
    private readonly shift: number,
  ) {}

  /**
   * The states of one machine, saved or new, after so many instructions, ascending. Idle time counts as instructions. It is stopped
   * where it is looked at, and goes on; then it is ended.
   */
  async run(counts: readonly number[], from?: Snapshot): Promise<Snapshot[]> {
    const machine = await this.make();
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
      else next.arm(count * 2 ** this.shift);
    };
    arm();
    await machine.start(from);
    if (failure) throw failure;
    if (states.length < counts.length)
      throw new Error(`the machine ended after ${states.length} of ${counts.length} states`);
    return states;
  }
}
