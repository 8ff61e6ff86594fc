// node tools/run-ts.mjs tests/arch/riscv/machine/record.ts: records what qemu-system-riscv64 (10.0; $QEMU_SYSTEM_RISCV64 where it is not the
// machine's own) prints of each program.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcomesOf } from "./programs/probes.js";
import { FILE, PROBES, PROGRAMS } from "./programs/programs.js";

const QEMU = process.env.QEMU_SYSTEM_RISCV64 ?? "qemu-system-riscv64";
const folder = mkdtempSync(join(tmpdir(), "riscv-machine-"));
const recorded: Record<string, string[]> = {};
for (const [name, { image, cpu, theirs }] of Object.entries(PROGRAMS)) {
  const file = join(folder, name);
  writeFileSync(file, image.bytes);
  const display = ["-display", "none", "-serial", "stdio", "-monitor", "none"];
  const args = ["-M", "virt", "-m", "128M", "-cpu", theirs ? `${cpu},${theirs}` : cpu, "-bios", file, ...display];
  const { stdout, stderr } = spawnSync(QEMU, args, { encoding: "latin1", timeout: 60_000 });
  if (stdout === "") throw new Error(`${name}: ${stderr || "nothing is printed"}`);
  const words = stdout.trim().split("\n");
  recorded[name] = PROBES[name] ? outcomesOf(words) : words;
  console.log(`${name}: ${recorded[name].length} lines`);
}
writeFileSync(FILE, `${JSON.stringify(recorded, undefined, 1)}\n`);
rmSync(folder, { recursive: true });
