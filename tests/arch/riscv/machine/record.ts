// node tools/run-ts.mjs tests/arch/riscv/machine/record.ts: records what qemu-system-riscv64 (10.0; $QEMU_SYSTEM_RISCV64 where it is not the
// machine's own) prints of each program.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CPU, FILE, PROGRAMS } from "./programs.js";

const QEMU = process.env.QEMU_SYSTEM_RISCV64 ?? "qemu-system-riscv64";
const folder = mkdtempSync(join(tmpdir(), "riscv-machine-"));
const recorded: Record<string, string[]> = {};
for (const [name, { code }] of Object.entries(PROGRAMS)) {
  const file = join(folder, name);
  writeFileSync(file, code);
  const display = ["-display", "none", "-serial", "stdio", "-monitor", "none"];
  const args = ["-M", "virt", "-cpu", CPU, "-bios", file, ...display];
  const { stdout } = spawnSync(QEMU, args, { encoding: "latin1", timeout: 60_000 });
  recorded[name] = stdout.trim().split("\n");
  console.log(`${name}: ${recorded[name].length} words`);
}
writeFileSync(FILE, `${JSON.stringify(recorded, undefined, 1)}\n`);
rmSync(folder, { recursive: true });
