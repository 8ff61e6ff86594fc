// The first minutes of a person at a terminal: `wasmachine boot` in a tmux pane.

import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { GUEST, ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";

const BOOT = 240_000;
const COLUMNS = 91;
const ROWS = 27;
const folder = temporaryFolder();

function tmux(...args: string[]): string {
  // A server of its own, without the user's configuration.
  const own = ["-f", "/dev/null", "-S", folder.file("tmux")];
  return execFileSync(program("tmux"), [...own, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** What the pane shows, without the empty lines below. */
const screen = (): string => tmux("capture-pane", "-p").trimEnd();

async function until(pattern: RegExp, timeout: number): Promise<string> {
  for (const end = Date.now() + timeout; ; await sleep(100)) {
    const text = screen();
    if (pattern.test(text)) return text;
    if (Date.now() > end) throw new Error(`${pattern} did not come in ${timeout} ms; the screen:\n${text}`);
  }
}

function type(...keys: string[]): void {
  tmux("send-keys", ...keys);
}

afterEach(() => {
  try {
    tmux("kill-server");
  } catch {
    // No pane is left, so neither is the server.
  }
  folder.remove();
});

it("boots quietly to a prompt that knows the terminal and loses nothing that is typed", {
  timeout: 2 * BOOT,
}, async () => {
  execFileSync("cp", ["-r", "--sparse=always", GUEST, folder.file("guest")]);
  const boot = `${process.execPath} ${ROOT}dist/commands/cli.js boot --guest ${folder.file("guest")}`;
  tmux("new-session", "-d", "-x", `${COLUMNS}`, "-y", `${ROWS}`, `${boot}; echo ended with $?; cat`);

  // One line says what this is, and the prompt is the last thing.
  const first = await until(/^~ #$/m, BOOT);
  expect(first).toMatch(/^wasmachine: Debian's Linux \S+ with busybox and bash; poweroff ends it\n~ #$/);

  type("stty size", "Enter");
  await until(new RegExp(`^${ROWS} ${COLUMNS}$`, "m"), 60_000);

  type("-l", "echo grüße | sed s/ü/u/");
  type("Enter");
  await until(/^gruße$/m, 60_000);
  expect(screen()).toMatch(/^~ # echo grüße/m);

  // Typed while a program runs: one line that is complete and one that is not.
  type("clear; sleep 3", "Enter");
  type("-l", "echo first");
  type("Enter");
  type("-l", "echo sec");
  await until(/^~ # echo sec$/m, 60_000);
  expect(screen()).toMatch(/^first$/m);
  type("-l", "ond");
  type("Enter");
  await until(/^second$/m, 60_000);

  // What terminals answer to programs comes in the middle of a line, and is nothing of it: clipboard, setting, state, kind.
  for (const [word, answer] of [
    ["string", "\x1b]52;c;\x07"],
    ["setting", "\x1bP1$r0m\x1b\\"],
    ["state", "\x1b[0n"],
    ["kind", "\x1b[?62;22c"],
  ] as const) {
    type("-l", "ech");
    type("-H", ...Buffer.from(answer).toString("hex").match(/../g)!);
    type("-l", `o a-${word}`);
    type("Enter");
    await until(new RegExp(`^a-${word}$`, "m"), 60_000);
  }

  const left = Date.now();
  type("C-a", "x");
  await until(/^ended with 0$/m, 20_000);
  expect(Date.now() - left).toBeLessThan(10_000);
});
