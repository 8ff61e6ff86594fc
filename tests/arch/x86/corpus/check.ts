// Records and checks the corpus. The file holds one line a case: code, state kind, seed, digest of the expected outcome.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, digest, type Ignore } from "./digest.js";
import {
  type Case,
  INPUT_SIZE,
  type Input,
  makeInput,
  OUTPUT_SIZE,
  type Output,
  packInput,
  type StateKind,
  unpackOutput,
} from "./state.js";
import { ignoreFor } from "./undefined.js";

export interface Expectation extends Case {
  digest: string;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Outcomes of `cases` on this host's CPU. Throws where there is no compiler or the host is no x86-64. */
export function runNative(cases: readonly Case[], inputOf: (c: Case) => Input = makeInput): Output[] {
  const folder = mkdtempSync(join(tmpdir(), "wasmachine-corpus-"));
  try {
    return execute(join(folder, "oracle"), cases, inputOf);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function execute(program: string, cases: readonly Case[], inputOf: (c: Case) => Input): Output[] {
  execFileSync("gcc", ["-O1", "-no-pie", "-o", program, here("oracle.c")]);
  const outputs: Output[] = [];
  for (let from = 0; from < cases.length; from += 2000) {
    const part = cases.slice(from, from + 2000);
    const bytes = new Uint8Array(part.length * INPUT_SIZE);
    part.forEach((c, k) => {
      packInput(inputOf(c), bytes, k * INPUT_SIZE);
    });
    const result = spawnSync(program, { input: bytes, maxBuffer: part.length * OUTPUT_SIZE + 4096 });
    if (result.stdout.length !== part.length * OUTPUT_SIZE) {
      const done = Math.floor(result.stdout.length / OUTPUT_SIZE);
      throw new Error(
        `the native oracle stopped at case ${from + done} (${cases[from + done]?.code}): ${result.signal ?? result.status}`,
      );
    }
    for (let k = 0; k < part.length; k++) outputs.push(unpackOutput(result.stdout, k * OUTPUT_SIZE));
  }
  return outputs;
}

/** Compressed if its name ends so. */
export function writeCorpus(name: string, list: readonly Expectation[]): void {
  const text = list.map((e) => `${key(e)} ${e.digest}\n`).join("");
  writeFileSync(here(name), name.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text);
}

export function readCorpus(name: string): Expectation[] {
  if (!existsSync(here(name))) throw new Error(`tests/arch/x86/corpus/${name} is missing`);
  return parse(gunzipSync(readFileSync(here(name))).toString());
}

function parse(text: string): Expectation[] {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [mnemonic, code, kind, seed, expected] = line.split(" ") as [string, string, StateKind, string, string];
    return { name: mnemonic, code, kind, seed: Number.parseInt(seed, 16), digest: expected };
  });
}

/** The corpus with the lines of another file, which has the same cases with other digests, in place of its own. */
export function readIntel(corpus: readonly Expectation[], name: string): Expectation[] {
  const others = new Map(parse(readFileSync(here(name), "utf8")).map((e) => [key(e), e]));
  const list = corpus.map((e) => {
    const other = others.get(key(e));
    others.delete(key(e));
    return other ?? e;
  });
  if (others.size > 0)
    throw new Error(`tests/arch/x86/corpus/${name} has cases that the corpus has not: ${[...others.keys()]}`);
  return list;
}

function key(c: Case): string {
  return `${c.name} ${c.code} ${c.kind} ${c.seed.toString(16)}`;
}

/** Digest of an outcome of the instruction `name`, undefined flags left out. */
export function outcomeDigest(name: string, out: Output): string {
  return digest(describe(out, ignoreFor(name)));
}

/** Lines in which two outcomes differ. */
export function difference(name: string, expected: Output, got: Output, ignore: Ignore = ignoreFor(name)): string[] {
  const a = describe(expected, ignore);
  const b = describe(got, ignore);
  const lines: string[] = [];
  for (let k = 0; k < Math.max(a.length, b.length); k++) {
    if (a[k] !== b[k]) lines.push(`expected ${a[k]}, got ${b[k]}`);
  }
  return lines;
}
