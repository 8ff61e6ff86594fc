// A file does one thing and is short. What is longer than 400 lines stands here with its reason.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MOST = 400;
/** Lines of a printed page. */
const PAGE = 60;

const LONGER: Readonly<Record<string, string>> = {
  "core/engine/interpreter/interpret.ts": "one switch, a case a micro-op: the interpreter's speed rests on it",
  "core/engine/interpreter/wasm-op.ts": "one switch, a case an operation of WebAssembly",
  "core/engine/encoder/encode.ts": "one switch, a case an operation of the IR",
  "core/unpack/lzma2.ts": "one decoder, whose state is in the locals of its loop",
};

it("the page of performance is two pages", () => {
  const lines = readFileSync(`${ROOT}docs/performance.md`, "utf8").split("\n");
  expect(lines.length).toBeLessThanOrEqual(2 * PAGE);
});

it("files that are long have a reason", () => {
  const files = execFileSync("git", ["ls-files", "*.ts", "*.mjs"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  const long = files
    .filter((name) => !name.endsWith(".test.ts"))
    .filter((name) => readFileSync(ROOT + name, "utf8").split("\n").length - 1 > MOST);
  expect(long.filter((name) => LONGER[name] === undefined)).toEqual([]);
  expect(Object.keys(LONGER).filter((name) => !long.includes(name))).toEqual([]);
});
