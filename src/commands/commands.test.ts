// The program's own words, as a user meets them.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../dist/commands/cli.js", import.meta.url));

function run(...args: string[]): { status: number | null; out: string; error: string } {
  return runWith({}, ...args);
}

function runWith(
  env: Record<string, string>,
  ...args: string[]
): { status: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, out: stdout, error: stderr };
}

describe("wasmachine", () => {
  it.each([[["--help"]], [["-h"]], [["help"]]])("%s lists the commands", (args) => {
    const { status, out, error } = run(...args);
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatch(/^usage: wasmachine COMMAND/);
    expect(out).toMatch(/^ {2}boot +\S.*\n {2}guest +\S/m);
  });

  it("without a command says the same and fails", () => {
    expect(run()).toMatchObject({ status: 1, out: expect.stringMatching(/^usage: /) });
  });

  it.each([["boot"], ["guest"]])("%s --help explains its options", (command) => {
    const { status, out } = run(command, "--help");
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^usage: wasmachine ${command} `));
  });

  it.each([
    [["bot"], "there is no command 'bot'; there are boot and guest and img"],
    [["toString"], "there is no command 'toString'; there are boot and guest and img"],
    [["guest", "--arch", "vax"], "no guest for --arch vax: known is amd64, i386, riscv64"],
    [["guest", "--size", "tiny"], "--size tiny is not a number of MiB from 32 on"],
    [["guest", "--kernel", "/no/kernel"], "there is no file /no/kernel"],
    [["guest", "--colour"], "Unknown option '--colour'"],
    [["boot", "--guest"], "--guest: a folder has to follow"],
    [["boot", "--arch"], "--arch: an architecture has to follow"],
    [["boot", "--arch", "vax"], "no guest for --arch vax: known is amd64, i386, riscv64"],
  ])("%j: %s", (args, message) => {
    expect(run(...args)).toEqual({ status: 1, out: "", error: `wasmachine: ${message}\n` });
  });

  it.each([
    ["guest", "--out"],
    ["boot", "--guest"],
  ])("%s without apt says how to bring one's own kernel", (command, option) => {
    const out = join(tmpdir(), "there-is-no-such-folder");
    const { status, error } = runWith({ PATH: "/nowhere" }, command, option, out);
    expect(status).toBe(1);
    expect(error).toMatch(
      /^wasmachine: this machine has no apt-get [^\n]* wasmachine guest --kernel FILE --initrd FILE\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });
});
