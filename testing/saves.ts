// Machines that are stopped at an instruction, saved, and gone on with in a new one.

import { DEFAULT_GUEST } from "../src/guests/programs.js";
import type { Machine } from "../src/machine/machine.js";
import { catalogue, parseArguments } from "../src/machines/arguments.js";
import { createMachine } from "../src/machines/create.js";
import { loadCore } from "../src/node/core-module.js";
import { createNodeHost } from "../src/node/host.js";
import { programInfo } from "../src/node/program.js";
import type { Snapshot } from "../src/snapshot/container.js";
import { differingSections } from "../src/snapshot/hash.js";

/** Nanoseconds per instruction as a power of two. */
const SHIFT = 3;

/** Of a guest's default machine with QEMU's options, to which go those that make runs repeat. */
export function machineSaves(options: readonly string[], guest: string = DEFAULT_GUEST): Saves {
  const core = loadCore(guest);
  return new Saves(async () => {
    const repeat = ["-icount", `shift=${SHIFT},sleep=off`, "-rtc", "base=2026-01-01,clock=vm"];
    const args = ["-display", "none", "-monitor", "none", ...repeat, ...options];
    const parsed = parseArguments(args, programInfo(guest), catalogue(guest));
    if (parsed.kind !== "machine") throw new Error("these options make no machine");
    const host = createNodeHost({ prefix: "saves", onBrokenOutput: () => {} });
    return createMachine(parsed.config, host, core);
  }, SHIFT);
}

/** What is wrong with a machine that is saved after `at` instructions, beside one that is not, both looked at after `end`. */
export async function saveFailures(saves: Saves, at: number, end: number, what: string): Promise<string[]> {
  const [never] = await saves.run([end]);
  const [saved, stopped] = await saves.run([at, end]);
  const [restored] = await saves.run([end], saved);
  const machines = [
    ["saved and gone on with", stopped!],
    ["loaded", restored!],
  ] as const;
  return machines.flatMap(([how, state]) => {
    const ids = differingSections(never!, state);
    const name = `${what} (saved after ${at}, looked at after ${end})`;
    return ids.length > 0 ? [`${name}: ${ids.join(", ")} of the machine that was ${how} differ`] : [];
  });
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
