// The disk of `--disk`: an empty qcow2 image for each emulator, as QEMU's own users have it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./guest.js";

/** Benchmarks that need it. */
export const isOfDisk = (benchmark: string): boolean => benchmark.startsWith("disk-");

export class BenchDisks {
  private readonly folder = mkdtempSync(join(tmpdir(), "bench-disk-"));

  /** Options for an emulator of that name. */
  options(emulator: string): string[] {
    const file = join(this.folder, emulator.replaceAll(/\W/g, "-"));
    const program = `${ROOT}dist/commands/cli.js`;
    execFileSync(process.execPath, [program, "img", "create", "-q", "-f", "qcow2", file, "1G"]);
    return ["-drive", `if=virtio,format=qcow2,cache=writeback,file=${file}`];
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}
