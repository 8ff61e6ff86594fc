// machine.drives: a disk is exported while its guest writes to it, and the file is a whole disk.

import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { expect, it } from "vitest";
import { createMachine } from "../../src/node/index.js";
import { agentBuilt } from "../../testing/agent.js";
import { copyDisk, GUEST, ROOT, temporaryFolder } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";

it.skipIf(!agentBuilt("x86_64"))(
  "exports a disk that is in use (skipped without the agent)",
  { timeout: 400_000 },
  async () => {
    const folder = temporaryFolder();
    const [image, raw, qcow2, whole] = ["image", "raw", "qcow2", "whole"].map((name) => folder.file(name)) as [
      string,
      string,
      string,
      string,
    ];
    copyDisk(image);
    const machine = createMachine({
      arguments: '-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4 root=/dev/vda rw"',
      filesUrl: GUEST,
      drives: [{ file: image, id: "root", snapshot: true }],
    });
    try {
      await machine.start();
      await machine.exec(
        "echo here >/kept; sync; (i=0; while i=$((i+1)); do echo $i >/n$((i % 50)); sync; done) >/dev/null 2>&1 &",
      );
      const save = async (format: "raw" | "qcow2", file: string): Promise<void> =>
        pipeline(
          Readable.fromWeb(machine.drives.get("root").export({ format }) as ReadableStream<Uint8Array>),
          createWriteStream(file),
        );
      await Promise.all([save("raw", raw), save("qcow2", qcow2)]);
      const reader = machine.drives.get("sda").export().getReader();
      await expect(reader.read()).rejects.toMatchObject({
        code: "ERR_OPTION",
        message: 'machine.drives.get("sda"): the disks are "root" (-drive id=)',
      });
      // One that nobody reads to its end does not stop the guest.
      await machine.drives.get("root").export().cancel();
      expect((await machine.exec("echo on >/kept; sync; cat /kept")).stdout).toBe("on\n");
    } finally {
      machine.dispose();
    }
    execFileSync(process.execPath, [`${ROOT}dist/commands/cli.js`, "img", "check", qcow2]);
    execFileSync(process.execPath, [`${ROOT}dist/commands/cli.js`, "img", "convert", "-O", "raw", qcow2, whole]);
    for (const file of [raw, whole]) {
      // The journal is replayed first: the disk is that of a machine that runs.
      expect(spawnSync(program("e2fsck"), ["-p", file]).status).toBeLessThan(2);
      const { status, stdout } = spawnSync(program("e2fsck"), ["-fn", file], { encoding: "utf8" });
      expect(`${status} ${stdout}`).toMatch(/^0 /);
      const kept = execFileSync(program("debugfs"), ["-R", "cat /kept", file], { encoding: "utf8", stdio: "pipe" });
      expect(kept).toBe("here\n");
    }
    folder.remove();
  },
);
