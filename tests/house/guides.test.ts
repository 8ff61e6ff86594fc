// The guides' steps work: they are followed one after the other in a copy of the repository.

import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyRepository, drop, follow, inserted, stepsOf } from "./guide.js";

const GUIDES = fileURLToPath(new URL("../../docs/guides/", import.meta.url));
const names = readdirSync(GUIDES).filter((name) => name !== "README.md");

it("reads what a block is for", () => {
  const guide =
    '```ts file=a.ts\nx\n```\n\n```ts insert=b.ts after="y"\nz\n```\n\n```sh\nno step\n```\n\n```sh run\ntrue\n```\n';
  expect(stepsOf(guide).map(({ kind, text }) => [kind, text])).toEqual([
    ["file", "x\n"],
    ["insert", "z\n"],
    ["run", "true\n"],
  ]);
  expect(() => stepsOf("```ts somewhere\n```\n")).toThrow("what is this block for");
});

it("inserts beside one line, and refuses a place that is not clear", () => {
  const step = { kind: "insert", path: "b.ts", line: "y", before: false, text: "z\n" } as const;
  expect(inserted("x\ny\n", step)).toBe("x\ny\nz\n");
  expect(inserted("x\ny\n", { ...step, before: true })).toBe("x\nz\ny\n");
  expect(() => inserted("y\ny\n", step)).toThrow("2 lines");
});

it.each([
  ["device", "src/devices/test/metronome"],
  ["machine", "src/machines/plain"],
  ["guest", "src/arch/sample"],
])("a %s is added in a folder of its own, and no other file is touched", (name, folder) => {
  for (const step of stepsOf(readFileSync(`${GUIDES}${name}.md`, "utf8"))) {
    if (step.kind !== "run") expect([step.kind, dirname(step.path)]).toEqual(["file", folder]);
  }
});

describe("a reader", () => {
  let folder = "";
  beforeAll(() => {
    folder = copyRepository();
  }, 300_000);
  afterAll(() => drop(folder), 300_000);

  it.each(names)("can follow docs/guides/%s", (name) => {
    const steps = stepsOf(readFileSync(GUIDES + name, "utf8"));
    expect(steps.some(({ kind }) => kind === "run")).toBe(true);
    for (const step of steps) follow(folder, step);
  });
});
