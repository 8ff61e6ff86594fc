// The guest that the benchmarks run in: built by src/images/ out of bench/src, and how it is started.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const BENCH_GUEST = `${ROOT}build/bench-guest`;

/** Builds the guest unless it is up to date, and returns the names of its benchmarks. */
export function buildBenchGuest(): string[] {
  const args = ["run", "-s", "guest", "--", "--python", "--bench", "--out", BENCH_GUEST];
  const { status } = spawnSync("npm", args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the guest could not be built");
  const stamp = JSON.parse(readFileSync(`${BENCH_GUEST}/guest.json`, "utf8")) as { benchmarks: string[] };
  return stamp.benchmarks;
}

/** Options of the machine, the same for every emulator; `files` is what the guest's files begin with. */
export function machineOptions(files: string): string[] {
  return [
    ...["-m", "512M", "-smp", "1", "-no-reboot", "-net", "none"],
    ...["-kernel", `${files}bzImage`, "-initrd", `${files}initrd`],
    ...["-drive", `file=${files}rootfs.bin,format=raw,if=virtio,snapshot=on`],
    // Of a dumb terminal the guest asks nothing, so its prompt is the prompt alone.
    ...["-append", "console=ttyS0 root=/dev/vda TERM=dumb"],
  ];
}
