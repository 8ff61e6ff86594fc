// The guests that the benchmarks run in: built by src/images/ out of bench/src, and how they are started.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findArchitecture } from "../src/images/build.js";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface BenchGuest {
  /** Of the emulator: the name of its program and of its core. */
  readonly name: string;
  /** Debian's name. */
  readonly arch: string;
  readonly folder: string;
  /** The kernel's file in it. */
  readonly image: string;
  readonly machine: Machine;
}

interface Machine {
  /** Options that every emulator is given. */
  readonly options: readonly string[];
  /** QEMU alone: what its CPU has beyond the emulator's is off. */
  readonly qemu: readonly string[];
  /** The program of this emulator. */
  readonly program: string;
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x86_64: { options: [], qemu: [], program: "dist/node/cli.js" },
  riscv64: { options: ["-M", "virt"], qemu: ["-cpu", "rv64,h=off,v=off"], program: "dist/node/cli-riscv64.js" },
};

/** The one for a Debian architecture. Throws Error where there is none. */
export function benchGuest(arch: string): BenchGuest {
  const { guest: name, image } = findArchitecture(arch);
  const folder = `${ROOT}build/bench-guest${arch === "amd64" ? "" : `-${arch}`}`;
  return { name, arch, folder, image, machine: MACHINES[name]! };
}

/** Builds the guest unless it is up to date, and returns the names of its benchmarks. */
export function buildBenchGuest({ arch, folder }: BenchGuest): string[] {
  const args = ["run", "-s", "guest", "--", "--arch", arch, "--python", "--bench", "--out", folder];
  const { status } = spawnSync("npm", args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error("the guest could not be built");
  const stamp = JSON.parse(readFileSync(`${folder}/guest.json`, "utf8")) as { benchmarks: string[] };
  return stamp.benchmarks;
}

/** Options of the machine, the same for every emulator; `files` is what the guest's files begin with. */
export function machineOptions({ image, machine }: BenchGuest, files: string): string[] {
  return [
    ...machine.options,
    ...["-m", "512M", "-smp", "1", "-no-reboot", "-net", "none"],
    ...["-kernel", `${files}${image}`, "-initrd", `${files}initrd`],
    ...["-drive", `file=${files}rootfs.bin,format=raw,if=virtio,snapshot=on`],
    // Of a dumb terminal the guest asks nothing, so its prompt is the prompt alone.
    ...["-append", "console=ttyS0 root=/dev/vda TERM=dumb"],
  ];
}
