// Every device: those that boards have, and all of the registry by its rows, so that a new one is tested as soon as it is there.
// FAST_CHECK_SEED repeats a run.

import { describe, expect, test } from "vitest";
import { DEVICES } from "../../src/devices/devices.js";
import { BOARD_LABS } from "./board-labs.js";
import { goesOn, type Make, refuses } from "./lab.js";
import { registryLabs } from "./registry-labs.js";

const RUNS = 60;

const LABS: readonly (readonly [name: string, make: Make])[] = [
  ...Object.entries(BOARD_LABS),
  ...DEVICES.list.flatMap(registryLabs).map(({ name, make }) => [name, make] as const),
];

describe.each(LABS)("%s", (_name, make) => {
  test("loaded and settled it is what was saved, and goes on as that does", () => goesOn(make, RUNS));

  test("a state made up is refused in a sentence, or is one the device can have", () => refuses(make, RUNS));
});

test("there is something to drive in every device of the registry", () => {
  expect(DEVICES.list.flatMap(registryLabs).length).toBeGreaterThanOrEqual(DEVICES.list.length);
});
