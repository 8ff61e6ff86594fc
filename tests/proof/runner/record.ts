// How far a proof has come, and what is kept of one that has ended.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";

/** Failures whose texts are kept; all are counted. */
export const KEPT = 20;

export interface Progress {
  proof: string;
  seed: number;
  /** Cases done, from the first on. */
  done: number;
  failed: number;
  failures: string[];
  commit: string;
  /** Its result was written. */
  ended?: true;
}

export interface Places {
  /** Folder of unfinished runs. */
  readonly state: string;
  /** Folder of results. */
  readonly results: string;
}

export function readProgress(places: Places, name: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(`${places.state}/${name}.json`, "utf8")) as Progress;
  } catch {
    // There is none, or its writing was cut short.
    return undefined;
  }
}

export function writeProgress(places: Places, progress: Progress): void {
  write(`${places.state}/${progress.proof}.json`, progress);
}

/** The result in a stable order of fields, so that two of them can be compared by eye. */
export function writeResult(places: Places, proves: string, progress: Progress): string {
  const { proof, seed, done, failed, failures, commit } = progress;
  const date = new Date().toISOString().slice(0, 10);
  const file = `${places.results}/${proof}.json`;
  write(file, { proof, proves, cases: done, seed, failed, failures, commit, host: hostKind(), date });
  return file;
}

function write(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function hostKind(): string {
  const model = (cpus()[0]?.model ?? "unknown processor").replaceAll(/\s+/g, " ").trim();
  return `${process.platform} ${process.arch}, ${model}, Node ${process.versions.node.split(".")[0]}`;
}
