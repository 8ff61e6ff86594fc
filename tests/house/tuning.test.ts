// Every threshold names the record that says why it has its value, and the record names it; generated documents are up to date.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { decisionRecords, generated } from "../../tools/docs/parts.js";
import { thresholds, thresholdsOf } from "./records.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const records = decisionRecords();
const all = thresholds();

it("finds a constant and its record, and sees one that has none", () => {
  const source =
    "/** A. Record: some-name. */\nexport const A = 1;\nexport const B = 2;\n/** C.\n *  Record:\n *  c. */\nexport const C = 3;\n";
  expect(thresholdsOf("x.ts", source).map(({ name, record }) => [name, record])).toEqual([
    ["A", "some-name"],
    ["B", undefined],
    ["C", "c"],
  ]);
  expect(all.length).toBeGreaterThan(70);
});

describe.each(all)("$name of $file", ({ name, record }) => {
  it("has its reason in a record", () => {
    expect(record, "its comment says `Record: NAME.`").toBeDefined();
    const found = records.find((each) => each.name === record);
    expect(found, `docs/decisions/${record}.md exists`).toBeDefined();
    expect(found!.constants, `docs/decisions/${record}.md names it`).toContain(name);
  });
});

describe.each(records)("docs/decisions/$name.md", ({ title, status, constants, supersededBy, text }) => {
  it("has all parts of a record", () => {
    expect(title).not.toBe("");
    expect(status).toMatch(/^(accepted|rejected|superseded)/);
    expect(supersededBy).not.toBe("");
    expect(text).toMatch(/^## Decided$/m);
  });
  it("names only constants that there are", () => {
    const names = new Set(all.map(({ name }) => name));
    expect(constants.filter((constant) => !names.has(constant))).toEqual([]);
  });
  it("leads to records and files that there are", () => {
    const named = [...text.matchAll(/`((?:[a-z0-9]+-)[a-z0-9-]+)\.md`/g)].map(([, name]) => name!);
    expect(named.filter((name) => !records.some((each) => each.name === name))).toEqual([]);
  });
});

describe.each(generated())("$file", ({ file, text }) => {
  it("is as npm run docs makes it", () => {
    expect(readFileSync(ROOT + file, "utf8"), "run npm run docs").toBe(text);
  });
});
