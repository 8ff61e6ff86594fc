// Follows a guide in docs/guides/ as a reader would: its code blocks are applied to a copy of the repository, its commands run there.
//
// What a block is for stands behind its language:
//   ```ts file=PATH                a new file
//   ```ts insert=PATH after="LINE"  lines that go behind the one line of that file that contains LINE (or before="LINE")
//   ```sh run                       commands, each of which must succeed
// Other blocks are there to be read.

import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export type Step =
  | { kind: "file"; path: string; text: string }
  | { kind: "insert"; path: string; line: string; before: boolean; text: string }
  | { kind: "run"; text: string };

export function stepsOf(guide: string): Step[] {
  const steps: Step[] = [];
  for (const [, info, text] of guide.matchAll(/^```\w+ ([^\n]+)\n([\s\S]*?)^```$/gm)) {
    const [, word, path] = info!.match(/^(file|insert|run)(?:=(\S+))?/) ?? [];
    if (word === "run") steps.push({ kind: "run", text: text! });
    else if (word === "file" && path) steps.push({ kind: "file", path, text: text! });
    else if (word === "insert" && path) {
      const [, where, line] = info!.match(/ (before|after)="([\s\S]+)"$/) ?? [];
      if (!where) throw new Error(`where do lines go: ${info}`);
      steps.push({ kind: "insert", path, line: line!, before: where === "before", text: text! });
    } else throw new Error(`what is this block for: ${info}`);
  }
  return steps;
}

/** The file's text with lines put beside the one line that contains `line`. */
export function inserted(source: string, { path, line, before, text }: Step & { kind: "insert" }): string {
  const lines = source.split("\n");
  const found = lines.flatMap((each, k) => (each.includes(line) ? [k] : []));
  if (found.length !== 1) throw new Error(`${path} has ${found.length} lines with: ${line}`);
  lines.splice(found[0]! + (before ? 0 : 1), 0, text.replace(/\n$/, ""));
  return lines.join("\n");
}

/** A copy of what git knows or would know, with what is built of it, and the libraries by a link. */
export function copyRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), "wasmachine-guide-"));
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" });
  for (const path of listed.split("\0")) {
    if (path === "" || !existsSync(ROOT + path) || !lstatSync(ROOT + path).isFile()) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(ROOT + path, join(folder, path));
  }
  for (const built of ["dist", "build/tsinfo", "build/core"]) {
    if (existsSync(ROOT + built))
      cpSync(ROOT + built, join(folder, built), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(`${ROOT}node_modules`, join(folder, "node_modules"));
  return folder;
}

/** Does one step; throws a sentence with what its commands said when it does not work. */
export function follow(folder: string, step: Step): void {
  if (step.kind === "run") {
    const environment = Object.entries(process.env).filter(
      ([name]) => !/^(VITEST|WASMACHINE_TESTS_|NODE_OPTIONS)/.test(name),
    );
    const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", step.text], {
      cwd: folder,
      encoding: "utf8",
      env: Object.fromEntries(environment),
    });
    if (status !== 0) throw new Error(`status ${status} of\n${step.text}\n${stdout}\n${stderr}`);
    return;
  }
  const path = join(folder, step.path);
  if (step.kind === "insert") writeFileSync(path, inserted(readFileSync(path, "utf8"), step));
  else {
    if (existsSync(path)) throw new Error(`${step.path} is there already: a guide's sample is new`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, step.text);
  }
}

export function drop(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
