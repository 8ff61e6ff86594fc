// A core as text, function by function: one instruction a line, operands before it, as asc --textFile writes it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Instruction {
  readonly op: string;
  /** What follows: names, numbers, types. */
  readonly rest: readonly string[];
}

export interface Signature {
  params: number;
  results: number;
}

export interface WasmFunction extends Signature {
  /** File and function, such as core/engine/softmmu/tlb/fill. */
  readonly name: string;
  readonly body: readonly Instruction[];
}

export interface WasmText {
  readonly functions: ReadonlyMap<string, WasmFunction>;
  readonly imports: ReadonlyMap<string, Signature>;
  readonly types: ReadonlyMap<string, Signature>;
  /** Globals that are written to, by file and name. */
  readonly mutable: readonly string[];
  /** Segments of static data. */
  readonly data: number;
}

/** Compiles an AssemblyScript file with core's options and `more`; `file` is relative to the project. */
export function compile(file: string, ...more: readonly string[]): WasmText {
  return compiled(file, more, (_, text) => parse(readFileSync(text, "utf8")));
}

/** The same as a module that can be run. */
export function compileModule(file: string): WebAssembly.Module {
  return compiled(file, [], (binary) => new WebAssembly.Module(readFileSync(binary)));
}

function compiled<T>(file: string, more: readonly string[], use: (binary: string, text: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "wasmachine-core-"));
  try {
    const text = join(folder, "core.wat");
    const options = ["--config", "core/asconfig.json", "--transform", "./core/load-signs.mjs"];
    const binary = join(folder, "core.wasm");
    const out = ["--outFile", binary, "--textFile", text];
    execFileSync(process.execPath, ["node_modules/assemblyscript/bin/asc.js", file, ...options, ...more, ...out], {
      cwd: ROOT,
    });
    return use(binary, text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parse(text: string): WasmText {
  const functions = new Map<string, WasmFunction>();
  const imports = new Map<string, Signature>();
  const types = new Map<string, Signature>();
  const mutable: string[] = [];
  let data = 0;
  let body: Instruction[] | undefined;
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "(type") types.set(words[1]!, signature(line));
    else if (words[0] === "(data") data++;
    else if (words[0] === "(global" && line.includes("(mut ")) mutable.push(words[1]!.slice(1));
    else if (words[0] === "(import" && line.includes("(func ")) {
      imports.set(/\(func (\$\S+)/.exec(line)![1]!.replace(/\)+$/, ""), signature(line));
    } else if (words[0] === "(func") {
      const name = words[1]!.replace(/\)+$/, "");
      body = [];
      functions.set(name, { name: name.slice(1), body, ...signature(line) });
    } else if (line.startsWith(" )")) body = undefined;
    else if (body && !words[0]!.startsWith("(")) body.push({ op: words[0]!, rest: words.slice(1) });
  }
  return { functions, imports, types, mutable, data };
}

/** Of a declaration: `(param i32 i64)` in a type, `(param $0 i32) (param $1 i64)` in a function. */
export function signature(line: string): Signature {
  const count = (kind: string): number =>
    [...line.matchAll(new RegExp(`\\(${kind} ([^)]*)\\)`, "g"))]
      .flatMap((match) => match[1]!.split(" "))
      .filter((word) => word !== "" && !word.startsWith("$")).length;
  return { params: count("param"), results: count("result") };
}
