// Regions that are made in another thread: what comes when, and what becomes of it.

import { expect, it } from "vitest";
import type { LiveRegion } from "../../../src/tier1/cache/live.js";
import type { FunctionBody } from "../../../src/tier1/emit/code.js";
import { packRecipe, type Recipe, RecipeReader } from "../../../src/tier1/form/recipe.js";
import type { Draft } from "../../../src/tier1/form/region.js";
import { Compiler, type Linked } from "../../../src/tier1/link/compiler.js";
import { MODULES_YOUNG, RETHINK_PATIENCE_NS } from "../../../src/tuning/engine.js";
import { ToyFrontend } from "../../../testing/toy/frontend.js";
import { ALL_LOOPS, acrossPages, CALLS, compare, lab, MANY_LOOPS, OVERWRITING, SlowHelper } from "./tier1-lab.js";

const compiler = (): Compiler => new Compiler(new ToyFrontend(), { shared: false });

it("goes on while regions are made, and uses them when they come", () => {
  const slow = new SlowHelper();
  const options = { eager: true, helper: slow.helper };
  const { tier, machine } = compare(CALLS(3000), [100], options, () => slow.deliver(1));
  expect(tier.statistics.modules).toBeGreaterThan(0);
  expect(machine.cpu.engine.inRegions).toBeGreaterThan(0.5 * machine.cpu.instructions);
});

it("drops what comes when its code has been overwritten meanwhile", () => {
  const slow = new SlowHelper();
  const options = { eager: true, helper: slow.helper };
  const { tier } = compare(OVERWRITING, [1000], options, (step) => slow.deliver(step % 4));
  expect(tier.statistics.made).toBeGreaterThan(5);
  expect(tier.statistics.regions).toBeLessThan(10);
});

it("makes the same code there as here", () => {
  const there = compiler();
  const reader = new RecipeReader(there.decoder);
  const made: { region: LiveRegion; body: FunctionBody }[] = [];
  compare(OVERWRITING, [1000], {
    eager: true,
    onRegion: (draft, region) => made.push({ region, body: there.emit(reader.read(packRecipe(draft))) }),
  });
  expect(made.length).toBeGreaterThan(5);
  for (const { region, body } of made) expect(body).toEqual(region.code);
});

it("is told there which blocks have accesses that cross pages", () => {
  const reader = new RecipeReader(compiler().decoder);
  const crossings = (draft: Draft) => draft.blocks.map((b) => b.crossingAccesses);
  const chosen: ReturnType<typeof crossings>[] = [];
  let now = 0;
  compare(
    acrossPages(200_000, () => {}),
    [300_000],
    {
      eager: true,
      now: () => now,
      onRegion: (draft) => {
        chosen.push(crossings(draft));
        expect(crossings(reader.read(packRecipe(draft)))).toEqual(chosen.at(-1));
      },
    },
    () => {
      now += RETHINK_PATIENCE_NS;
    },
  );
  expect(chosen.flat()).toContain(true);
  expect(chosen.flat()).toContain(false);
});

it("links what was made here before the thread was ready with what was made there", () => {
  const recipes: Recipe[] = [];
  compare(OVERWRITING, [1000], { eager: true, onRegion: (draft) => recipes.push(packRecipe(draft)) });
  const here = compiler();
  const reader = new RecipeReader(here.decoder);
  const draft = (k: number) => reader.read(recipes[k]!);
  const slow = new SlowHelper();
  const client = slow.connect(here);
  const first = client.emit(draft(0));
  slow.deliver(1);
  const second = client.emit(draft(1));
  expect([typeof first, typeof second]).toEqual(["object", "number"]);
  let linked: Linked | undefined;
  client.link([second, first], (result) => {
    linked = result;
  });
  expect(linked).toBeUndefined();
  // To the thread, and its answer.
  slow.deliver(2);
  slow.deliver(1);
  expect(linked!.sizes).toEqual([1, 0].map((k) => here.emit(draft(k)).bytes.length));
  expect(WebAssembly.Module.exports(linked!.module).map(({ name }) => name)).toEqual(["0", "1"]);
});

it("links small modules into one there, and lets go of functions no longer used", () => {
  const slow = new SlowHelper();
  const { machine, tier } = lab(MANY_LOOPS, { eager: true, helper: slow.helper });
  for (let at = 0; at < ALL_LOOPS; at += 1000) {
    machine.cpu.run(1000);
    slow.deliver(10);
  }
  const { made, regions, consolidations } = tier!.statistics;
  expect(consolidations).toBeGreaterThan(0);
  expect(slow.sent("emit")).toBe(made);
  expect(slow.sent("forget")).toBe(made - regions);
  expect(machine.cpu.engine.inRegions).toBeGreaterThan(0.5 * machine.cpu.instructions);
});

it("makes regions anew that cannot be linked again since the helper is gone", () => {
  const slow = new SlowHelper();
  const { machine, tier } = lab(MANY_LOOPS, { eager: true, helper: slow.helper });
  for (let at = 0; at < ALL_LOOPS; at += 1000) {
    machine.cpu.run(1000);
    slow.deliver(10);
    if (tier!.statistics.modules === 50) slow.fail();
  }
  const { made, madeBeside, consolidations, regions } = tier!.statistics;
  expect(madeBeside).toBeLessThan(made);
  expect(consolidations).toBeGreaterThan(0);
  expect(regions).toBeGreaterThan(MODULES_YOUNG);
});

it("makes regions itself when the helper is gone", () => {
  const slow = new SlowHelper();
  const { tier } = compare(OVERWRITING, [1000], { eager: true, helper: slow.helper }, (step) => {
    if (step === 10) slow.fail();
    slow.deliver(2);
  });
  expect(tier.awaiting).toBe(false);
  expect(tier.statistics.killed).toBeGreaterThan(2);
});
