// Result files: what a run of the benchmarks gave, with commit, host and date. docs/performance.md shows the newest.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { commitOf } from "../testing/commit.js";
import { ROOT } from "./guest.js";
import type { Round } from "./results.js";

const FOLDER = `${ROOT}bench/results/`;

export interface Result {
  commit: string;
  date: string;
  host: string;
  /** What was measured, and how. */
  notes: readonly string[];
  /** Rows of cells as report.ts makes them; the first is the heading. */
  table: readonly (readonly string[])[];
  /** Every figure. A result that was copied from a document has none. */
  rounds: readonly Round[];
}

export function hostWords(): string {
  const model = (cpus()[0]?.model ?? "unknown CPU").replaceAll(/\s+/g, " ").trim();
  return `${model}, ${cpus().length} CPUs`;
}

/** Writes a result under its date and commit; gives the file's path. */
export function saveResult(result: Pick<Result, "notes" | "table" | "rounds">): string {
  const commit = commitOf(ROOT);
  const date = new Date().toISOString().slice(0, 10);
  const { notes, table, rounds } = result;
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${date}-${commit.slice(0, 7)}.json`;
  const whole: Result = { commit, date, host: hostWords(), notes, table, rounds };
  writeFileSync(file, `${JSON.stringify(whole, null, 1)}\n`);
  return file;
}

/** The newest result, by its file's name. */
export function newestResult(): Result {
  const last = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .at(-1);
  if (last === undefined) throw new Error("bench/results/ is empty: npm run bench -- --save");
  return JSON.parse(readFileSync(FOLDER + last, "utf8")) as Result;
}
