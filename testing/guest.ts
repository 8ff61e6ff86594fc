// The guest that tests boot.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Folder of the guest whose disk nothing but `copyDisk` reads. */
export const GUEST = `${ROOT}build/tests/guest`;
export const KERNEL = `${GUEST}/bzImage`;
export const INITRD = `${GUEST}/initrd`;

/** That of riscv64, where it could be made. */
export const RISCV_GUEST = `${ROOT}build/tests/guest-riscv64`;

/** That with trixie's cloud kernel, where it could be made: testing/trixie-cloud.ts. */
export const TRIXIE_CLOUD = `${ROOT}build/tests/guest-trixie-cloud`;

/** What the guest's shell prints when it waits for a command. */
export const PROMPT = "~ # ";

/** A copy of the guest's disk image as it was built. */
export function copyDisk(target: string): void {
  execFileSync("cp", ["--sparse=always", `${GUEST}/rootfs.bin`, target]);
}

/** A folder that `remove` deletes with all that is in it. */
export function temporaryFolder(): { path: string; file(name: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "wasmachine-"));
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) };
}
