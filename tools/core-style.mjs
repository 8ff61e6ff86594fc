// node tools/core-style.mjs [--write]: formats and lints the AssemblyScript of core. Biome reads TypeScript, in which a function has no
// decorator: it is given copies in build/core-style, in which decorators are comments.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const copies = `${root}build/core-style/`;
const write = process.argv.includes("--write");
const DECORATOR = /^(\s*)@([a-z]+(?:\([^)]*\))?)(?= |$)/gm;
const COMMENT = /\/\*@([a-z]+(?:\([^)]*\))?)\*\//g;

const settings = JSON.parse(readFileSync(`${root}biome.json`, "utf8"));
const { rules } = settings.linter;
// == compares values of one type here; constants of 64 bits are exact; hooks and helpers have a signature that callers fix.
rules.suspicious.noDoubleEquals = "off";
// tsc, which only editors ask, knows no decorator of a function.
rules.suspicious.noTsIgnore = "off";
// asc wants a return after a loop without an end.
rules.correctness = { noPrecisionLoss: "off", noUnusedFunctionParameters: "off", noUnreachable: "off" };

rmSync(copies, { recursive: true, force: true });
const files = ["core", "testing/toy/core"].flatMap((folder) => filesOf(folder));
for (const file of files) {
  mkdirSync(dirname(copies + file), { recursive: true });
  writeFileSync(copies + file, readFileSync(root + file, "utf8").replace(DECORATOR, "$1/*@$2*/"));
}
// Imports keep their order: by it the compiler numbers functions and sets tables up.
const assist = { enabled: false };
writeFileSync(
  `${copies}biome.json`,
  JSON.stringify({
    json: { formatter: { enabled: false } },
    assist,
    formatter: settings.formatter,
    linter: settings.linter,
  }),
);

const args = ["biome", "check", "--error-on-warnings", ...(write ? ["--write"] : []), "."];
const { status } = spawnSync("npx", args, { cwd: copies, stdio: "inherit" });
if (write) {
  for (const file of files) {
    const text = readFileSync(copies + file, "utf8").replace(COMMENT, "@$1");
    if (text !== readFileSync(root + file, "utf8")) writeFileSync(root + file, text);
  }
}
process.exit(status ?? 1);

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
}
