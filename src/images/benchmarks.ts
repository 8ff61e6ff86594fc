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
  const cc = [`${target}-linux-gnu-gcc`, "gcc"].find(findTool);
  if (!cc) throw new GuestError("--bench needs a C compiler; it is in Debian's package gcc (with libc6-dev)");
  const program = join(work, "benchsuite");
  const sources = files.filter((f) => f.endsWith(".c")).map((f) => join(source, f));
  if (!sources.length) throw new GuestError(`no C files to compile in ${source}`);
  run(cc, ["-O2", "-g0", "-static", "-s", "-o", program, ...sources, "-lm"]);
  tree.file("bench/benchsuite", readFileSync(program), 0o755);
  const names = run(program, ["list"]).split("\n").filter(Boolean);
  for (const name of names) tree.link(`bench/${name}`, "benchsuite");
  for (const file of files.filter((f) => !SKIPPED.test(f)))
    tree.file(`bench/${file}`, readFileSync(join(source, file)));
  return names;
}
