// Compiles the guest's agent (src/images/agent) for the processors of guests, into dist/agent. A processor whose compiler is not here is left
// out, and said: its guests have no agent then.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../src/images/agent", import.meta.url));
const OUT = fileURLToPath(new URL("../dist/agent", import.meta.url));

const PROCESSORS = ["x86_64", "riscv64", "aarch64"];

const FLAGS = [
  ...["-Os", "-std=c11", "-Wall", "-Wextra", "-Werror", "-g0", "-s"],
  // Nothing but what is in the folder.
  ...["-ffreestanding", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-fno-stack-protector"],
  ...["-fno-asynchronous-unwind-tables", "-fno-tree-loop-distribute-patterns", "-Wl,--build-id=none"],
];

function works(compiler) {
  try {
    return execFileSync(compiler, ["-dumpmachine"], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  } catch {
    return "";
  }
}

function compilerFor(processor) {
  return [`${processor}-linux-gnu-gcc`, "gcc", "cc"].find((name) => works(name).startsWith(`${processor}-`));
}

const files = readdirSync(SOURCE).sort();
const newest = Math.max(...[SOURCE, ...files.map((name) => join(SOURCE, name))].map((file) => statSync(file).mtimeMs));
mkdirSync(OUT, { recursive: true });
const missing = [];
for (const processor of PROCESSORS) {
  const file = join(OUT, `agent-${processor}`);
  const compiler = compilerFor(processor);
  if (compiler === undefined) {
    rmSync(file, { force: true });
    missing.push(processor);
    continue;
  }
  if (existsSync(file) && statSync(file).mtimeMs > newest) continue;
  const sources = files.filter((name) => name.endsWith(".c")).map((name) => join(SOURCE, name));
  execFileSync(compiler, [...FLAGS, "-o", file, ...sources], { stdio: "inherit" });
}
if (missing.length > 0) {
  const packages = missing.map((name) => `gcc-${name.replace("_", "-")}-linux-gnu`).join(", ");
  console.error(
    `build: no compiler for the agent of ${missing.join(", ")} (Debian: ${packages}); those guests have none`,
  );
}
