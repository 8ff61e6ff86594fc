// A guest's core with the names of its functions, for profiles: the same sources and options as that of dist/.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { ROOT } from "./guest.js";

/** Compiles it unless it is there already, and returns its path. */
export function namedCore(guest = "x86_64"): string {
  const file = `${ROOT}build/core-${guest}-named.wasm`;
  if (existsSync(file) && statSync(file).mtimeMs >= statSync(`${ROOT}dist/core-${guest}.wasm`).mtimeMs) return file;
  const args = ["asc", entryOf(guest), "--config", "core/asconfig.json", "--transform", "./core/load-signs.mjs"];
  args.push("--debug", "--outFile", file);
  const { status } = spawnSync("npx", args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`the core of ${guest} could not be compiled with names`);
  return file;
}

/** First module of the core of a guest, whose type.ts says its name. */
function entryOf(guest: string): string {
  const folder = readdirSync(`${ROOT}core/arch`).find((name) =>
    readFileSync(`${ROOT}src/arch/${name}/type.ts`, "utf8").includes(`name: "${guest}"`),
  );
  return `core/arch/${folder}/entry.ts`;
}
