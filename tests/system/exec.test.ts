// machine.exec() and machine.files in guests of ours, whose agent init starts: asked for before the guest has booted.

import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentDisk } from "../../src/images/agent-disk.js";
import { createMachine } from "../../src/node/index.js";
import { agentBuilt } from "../../testing/agent.js";
import { GUEST, RISCV_GUEST, ROOT } from "../../testing/guest.js";

const AGENT_FILES = `${ROOT}src/images`;

const GUESTS = [
  { architecture: "x86_64", folder: GUEST, kernel: "bzImage" },
  { architecture: "riscv64", folder: RISCV_GUEST, kernel: "Image" },
] as const;

describe.each(GUESTS)("a guest of $architecture", ({ architecture, folder, kernel }) => {
  const boot = () =>
    createMachine({
      architecture,
      arguments: `-m 256M -kernel ${kernel} -initrd initrd -append "console=ttyS0 loglevel=4"`,
      filesUrl: folder,
      drives: [{ file: agentDisk(AGENT_FILES, `${ROOT}dist/agent`).bytes, readOnly: true }],
    });
  const why = existsSync(join(folder, kernel))
    ? agentBuilt(architecture)
      ? undefined
      : "there is no compiler for its agent"
    : "there is no such guest here";

  it.skipIf(why !== undefined)(
    `runs commands, works with files${why ? `: ${why}` : ""}`,
    { timeout: 600_000 },
    async () => {
      const machine = boot();
      await machine.start();
      expect(await machine.exec("uname -m; echo err >&2; id -un; pwd; exit 7")).toEqual({
        ...{
          stdout: `${architecture}\nroot\n/root\n`,
          stderr: "err\n",
          exitCode: 7,
          signal: undefined,
          timedOut: false,
        },
      });
      const bytes = new Uint8Array(randomBytes(300_000));
      const hash = createHash("sha256").update(bytes).digest("hex");
      expect((await machine.exec("sha256sum", { stdin: bytes })).stdout).toBe(`${hash}  -\n`);
      await machine.files.writeFile("/tmp/bytes", bytes);
      expect(await machine.exec(["sha256sum", "/tmp/bytes"])).toMatchObject({ stdout: `${hash}  /tmp/bytes\n` });
      expect(Buffer.from(await machine.files.readFile("/tmp/bytes")).equals(bytes)).toBe(true);
      await expect(machine.files.readFile("/none")).rejects.toMatchObject({ code: "ERR_GUEST" });
      expect(await machine.exec("id -un", { user: "nobody", cwd: "/" })).toMatchObject({ stdout: "nobody\n" });
      expect(await machine.exec("test -t 0 && stty size", { tty: true })).toMatchObject({ stdout: "24 80\r\n" });

      const daemon = "(setsid sh -c 'while :; do date > /tmp/beat; sleep 0.1; done' &); sleep 1000";
      expect(await machine.exec(daemon, { timeout: 1500 })).toMatchObject({ timedOut: true, signal: "SIGKILL" });
      expect(await machine.exec("rm -f /tmp/beat; sleep 1; test -e /tmp/beat")).toMatchObject({ exitCode: 1 });

      for (let n = 0; n < 20; n++) {
        expect(await machine.exec(["sh", "-c", `echo ${n}; exit ${n}`])).toMatchObject({
          stdout: `${n}\n`,
          exitCode: n,
        });
      }
      const many = Array.from({ length: 40 }, (_, n) => machine.exec(`cat; exit ${n}`, { stdin: `${n}` }));
      for (const [n, result] of (await Promise.all(many)).entries()) {
        expect(result).toMatchObject({ stdout: `${n}`, exitCode: n });
      }

      // The shell at the console, beside it.
      const shell = machine.shell();
      expect(await shell.run("cd /etc; echo it\\'s; echo err >&2; (exit 3)")).toEqual({
        output: "it's\nerr\n",
        exitCode: 3,
      });
      const long = "x".repeat(1500);
      expect(await shell.run(`pwd\nprintf '%s' ${long}`)).toEqual({ output: `/etc\n${long}`, exitCode: 0 });
      await expect(shell.run("sleep 1000", { timeout: 1500 })).rejects.toMatchObject({ code: "ERR_GUEST" });
      expect((await shell.run("true")).output).toBe("");

      // As a guest that has none gets the agent.
      await shell.run("killall wasmachine-agent; rm /sbin/wasmachine-agent");
      expect((await shell.run("sh /dev/vda")).output).toContain("wasmachine-agent runs");
      expect((await machine.exec("readlink /proc/$(pidof wasmachine-agent | cut -d' ' -f1)/exe")).stdout).toBe(
        "/usr/local/sbin/wasmachine-agent\n",
      );

      const under = machine.exec("sleep 1000");
      machine.reset();
      await expect(under).rejects.toMatchObject({ code: "ERR_AGENT" });
      expect(await machine.exec("echo again")).toMatchObject({ stdout: "again\n" });
      machine.dispose();
      await expect(machine.exec("true")).rejects.toMatchObject({ code: "ERR_ENDED" });
    },
  );
});

it("says at once that a machine without the port has no agent", { timeout: 60_000 }, async () => {
  const machine = createMachine({
    arguments: "-S -kernel bzImage -append console=ttyS0",
    filesUrl: GUEST,
    agent: false,
  });
  await machine.start();
  await expect(machine.exec("true")).rejects.toMatchObject({
    code: "ERR_AGENT",
    message: expect.stringContaining("port"),
  });
  machine.dispose();
});
