// Benchmark programs for the guest: bench/src/*.c as one static program, `benchsuite`, that is called by the names it
// lists itself (`benchsuite list`); other files of the folder go along.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, GuestError, run } from "./run.js";
import type { Tree } from "./tree.js";

const SKIPPED = /\.(c|h)$|^init$/;

/** Compiles the programs of `source` for the architecture and adds them to `tree` as /bench. Returns their names. */
export function addBenchmarks(tree: Tree, source: string, target: string, work: string): string[] {
  const files = readdirSync(source).sort();
  const cc = compiler(target);
  const program = join(work, "benchsuite");
  const sources = files.filter((f) => f.endsWith(".c")).map((f) => join(source, f));
  if (!sources.length) throw new GuestError(`no C files to compile in ${source}`);
  run(cc, ["-O2", "-g0", "-static", "-s", "-o", program, ...sources, "-lm"]);
  tree.file("bench/benchsuite", readFileSync(program), 0o755);
  const names = list(program, target).split("\n").filter(Boolean);
  for (const name of names) tree.link(`bench/${name}`, "benchsuite");
  for (const file of files.filter((f) => !SKIPPED.test(f)))
    tree.file(`bench/${file}`, readFileSync(join(source, file)));
  return names;
}

function compiler(target: string): string {
  const cross = `${target}-linux-gnu-gcc`;
  if (findTool(cross)) return cross;
  if (findTool("gcc") && run("gcc", ["-dumpmachine"]).startsWith(`${target}-`)) return "gcc";
  const name = target.replace("_", "-");
  throw new GuestError(`--bench needs a C compiler for ${target}: Debian's package gcc-${name}-linux-gnu`);
}

/** What the program says it has; where the host does not run the guest's programs, QEMU's emulator of them does. */
function list(program: string, target: string): string {
  const emulator = `qemu-${target}`;
  try {
    return run(program, ["list"]);
  } catch (error) {
    if (findTool(emulator)) return run(emulator, [program, "list"]);
    const says = error instanceof Error ? error.message : String(error);
    throw new GuestError(`--bench needs ${emulator} of Debian's package qemu-user: ${says}`);
  }
}
