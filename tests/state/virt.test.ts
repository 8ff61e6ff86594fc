// A whole machine under -icount: saved at random counts, loaded and settled into a new one, gone on; and states that are not whole.

import { describe, expect, it, test } from "vitest";
import { StateError } from "../../src/devices/state.js";
import type { Snapshot } from "../../src/snapshot/container.js";
import { differingSections, hashSections } from "../../src/snapshot/hash.js";
import { Random } from "../../testing/random.js";
import { Saves } from "../../testing/saves.js";
import { TIERS } from "../../testing/toy/machine.js";
import { toyVirt } from "./toy-virt.js";

const SAVES = 20;
const LAST = 20_000;
const END = 25_000;
/** An interrupt was taken, and nothing of its handler has run. */
const TAKEN = 9603;

const saves = (tier: (typeof TIERS)[number]): Saves => new Saves(() => toyVirt(tier), 0);

describe.each(TIERS)("in $name", (tier) => {
  it("goes on in a new machine as one that was never saved", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e6);
    const random = new Random(seed);
    const counts = Array.from({ length: SAVES }, () => 1 + random.below(LAST));
    counts.push(TAKEN);
    counts.sort((a, b) => a - b);
    const distinct = [...new Set(counts)];
    const [never] = await saves(tier).run([END]);
    const states = await saves(tier).run([...distinct, END]);
    expect(differingSections(never!, states.at(-1)!), `seed ${seed}: saving changes nothing`).toEqual([]);
    for (const [n, at] of distinct.entries()) {
      const saved = structuredClone(states[n]!);
      // What was saved in one tier goes on in the other as well.
      for (const other of n % 5 === 0 ? TIERS : [tier]) {
        const [restored] = await saves(other).run([END], saved);
        const what = `seed ${seed}: saved after ${at} in ${tier.name}, gone on with in ${other.name}`;
        expect(differingSections(never!, restored!), what).toEqual([]);
      }
    }
  });
});

const [TIER] = TIERS;

async function refusal(state: unknown, machine = toyVirt(TIER!)): Promise<string> {
  const made = await machine;
  const finished = made.start(state as Snapshot);
  const stop = setTimeout(() => made.quit(), 20_000);
  try {
    await finished;
  } catch (error) {
    if (error instanceof StateError) return error.message;
    throw error;
  } finally {
    clearTimeout(stop);
  }
  return "";
}

describe("a state that is not for this machine", () => {
  const saved = (async (): Promise<Snapshot> => (await saves(TIER!).run([3000]))[0]!)();

  it.each([
    ["of another format", (s) => ({ ...s, header: { ...s.header, format: 9 } }), "Saved state: its format is 9, and"],
    [
      "of another version of the program",
      (s) => ({ ...s, header: { ...s.header, engine: "77.1.0" } }),
      "Saved state: the program's version is '77.1.0' there and",
    ],
    [
      "of another machine",
      (s) => ({ ...s, header: { ...s.header, machine: "pc" } }),
      "Saved state: the machine is 'pc' there and 'virt' in this machine",
    ],
    [
      "of another CPU",
      (s) => ({ ...s, header: { ...s.header, cpu: "z80" } }),
      "Saved state: the CPU is 'z80' there and",
    ],
    ["without a header", ({ header: _, ...s }) => s, "Saved state: it is not whole"],
    [
      "with an empty header",
      (s) => ({ ...s, header: { format: s.header.format } }),
      "Saved state: its header does not",
    ],
    ["without sections", ({ sections: _, ...s }) => s, "Saved state: it has no sections"],
    ["without its CPU", (s) => ({ ...s, sections: s.sections.slice(1) }), "Saved state of cpu0: there is none"],
    [
      "with one section twice",
      (s) => ({ ...s, sections: [...s.sections, s.sections[0]!] }),
      "Saved state: two sections have one name",
    ],
    [
      "with a part that is not here",
      (s) => ({ ...s, sections: [...s.sections, { id: "gramophone", version: 1, state: {} }] }),
      "Saved state of gramophone: this machine has no such part",
    ],
    [
      "with a part of another version",
      (s) => ({ ...s, sections: s.sections.map((each, n) => (n === 2 ? { ...each, version: 99 } : each)) }),
      "version 99, and this program reads version 1",
    ],
    [
      "with an empty part",
      (s) => ({ ...s, sections: s.sections.map((each, n) => (n === 1 ? { ...each, state: null } : each)) }),
      "there is nothing in it",
    ],
    [
      "with RAM of another size",
      (s) => ({ ...s, ram: { ...s.ram, size: 4096 } }),
      "Saved state: 4096 bytes of RAM, and",
    ],
    ["with RAM cut off", (s) => ({ ...s, ram: { ...s.ram, bytes: s.ram.bytes.subarray(1) } }), "Saved state: "],
    [
      "with a page outside RAM",
      (s) => ({ ...s, ram: { ...s.ram, numbers: s.ram.numbers.map(() => 2 ** 20) } }),
      "Saved state: page 1048576 of RAM is outside it or out of order",
    ],
    ["without RAM", ({ ram: _, ...s }) => s, "Saved state: it is not whole"],
  ] as [string, (state: Snapshot) => unknown, string][])("%s is refused", async (_what, change, sentence) => {
    const message = await refusal(change(structuredClone(await saved)));
    expect(message).toContain(sentence);
    expect(message).not.toContain("\n");
  });

  it("made with other options is refused by the option's name", async () => {
    expect(await refusal(await saved, toyVirt(TIER!, { ramSize: 8 << 20 }))).toBe(
      "Saved state: -m is '4194304' there and '8388608' in this machine",
    );
    expect(await refusal(await saved, toyVirt(TIER!, { devices: [] }))).toMatch(/^Saved state: -device is '/);
  });

  it("or with a flipped bit in a part is refused in a sentence, or is one of such a machine", async () => {
    const random = new Random(Number(process.env.SEED ?? 3));
    for (let k = 0; k < 30; k++) {
      const state = structuredClone(await saved);
      const section = random.pick(state.sections);
      const fields = Object.keys(section.state);
      if (fields.length === 0) continue;
      const name = random.pick(fields);
      const value = section.state[name];
      if (value instanceof Uint8Array && value.length > 0) value[random.below(value.length)]! ^= 1 << random.below(8);
      else section.state[name] = typeof value === "number" ? value + 2 ** random.below(60) : [null];
      const machine = await toyVirt(TIER!);
      const stop = machine.clock.timer(() => machine.quit());
      stop.arm(0);
      setTimeout(() => machine.quit(), 500);
      const finished = machine.start(state);
      await finished.catch((error: unknown) => {
        if (!(error instanceof StateError)) throw error;
        expect(error.message).toMatch(/^Saved state of [^\n]+$/);
      });
    }
  });
});

test("states have a hash for each section", async () => {
  const [state] = await saves(TIER!).run([10]);
  const hashes = hashSections(state!);
  expect([...hashes.keys()]).toEqual([...state!.sections.map(({ id }) => id), "ram"]);
  expect(differingSections(state!, structuredClone(state!))).toEqual([]);
  const [cpu] = state!.sections;
  const other = { ...state!, sections: [{ ...cpu!, state: { ...cpu!.state, pc: "1" } }, ...state!.sections.slice(1)] };
  expect(differingSections(state!, other)).toEqual(["cpu0"]);
});
