import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.js";
import { RegionTier } from "../../src/tier1/tier1.js";
import { runFirmware } from "./firmware.js";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const image = gunzipSync(readFileSync(here("battery.bin.gz")));
const expected = readFileSync(here("battery.expected.txt"), "latin1");
const BUDGET = 3_000_000;
/** What the image writes to isa-debug-exit. */
const DONE = 0x10;

describe("battery of system instructions in all modes", () => {
  it("prints what it must", () => {
    const { console, end } = runFirmware(image, BUDGET);
    expect(console.split("\n")).toEqual(expected.split("\n"));
    expect(end).toBe(DONE);
  });

  it("prints the same one instruction at a time", () => {
    const { console, end } = runFirmware(image, BUDGET, { oneInsn: true });
    expect(console).toBe(expected);
    expect(end).toBe(DONE);
  });

  it("prints the same in regions", () => {
    const tier1 = (engine: Engine) => new RegionTier(engine, { codeBytes: 8 << 20, unlimited: true });
    const { console, end } = runFirmware(image, BUDGET, { tier1 }, 2);
    expect(console).toBe(expected);
    expect(end).toBe(DONE);
  });
});
