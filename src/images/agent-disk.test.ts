import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { agentDisk } from "./agent-disk.js";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

it("a disk says where the program of each processor is", () => {
  const folder = mkdtempSync(join(tmpdir(), "wasmachine-agent-disk-"));
  try {
    expect(() => agentDisk(FOLDER, folder)).toThrow("built without a C compiler");
    const programs = ["x86_64", "riscv64"].map(
      (name, n) => [name, `a program of ${name}\n`.repeat(500 * n + 1)] as const,
    );
    for (const [name, text] of programs) writeFileSync(join(folder, `agent-${name}`), text);
    const { bytes, processors } = agentDisk(FOLDER, folder);
    expect([processors, bytes.length % 4096]).toEqual([["x86_64", "riscv64"], 0]);
    const disk = join(folder, "agent.img");
    writeFileSync(disk, bytes);
    for (const [name, text] of programs) {
      const [, at, size] = new RegExp(`^${name} (\\d+) (\\d+)$`, "m").exec(Buffer.from(bytes).toString("latin1"))!;
      const command = `dd if=${disk} bs=4096 skip=${at} 2>/dev/null | head -c ${size}`;
      expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toBe(text);
    }
    // A guest of another processor is told.
    writeFileSync(join(folder, "uname"), "#!/bin/sh\necho mips\n", { mode: 0o755 });
    const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    expect(() => execFileSync("sh", [disk], { env: environment, stdio: "pipe" })).toThrow("no agent for mips");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
