// core-x86_64.wasm with the names of its functions, for profiles: the same sources and options as dist/core-x86_64.wasm's.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { ROOT } from "./guest.js";

/** Compiles it unless it is there already, and returns its path. */
export function namedCore(): string {
  const file = `${ROOT}build/core-named.wasm`;
  if (existsSync(file) && statSync(file).mtimeMs >= statSync(`${ROOT}dist/core-x86_64.wasm`).mtimeMs) return file;
  const args = [
    "asc",
    "core/arch/x86/entry.ts",
    "--config",
    "core/asconfig.json",
    "--transform",
    "./core/load-signs.mjs",
  ];
  args.push("--debug", "--outFile", file);
  const { status } = spawnSync("npx", args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("core-x86_64.wasm could not be compiled with names");
  return file;
}
