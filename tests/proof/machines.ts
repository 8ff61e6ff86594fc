// Machines that are disposed of at random moments, in Node: nothing of them is left (tests/machines).

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { INITRD, KERNEL } from "../../testing/guest.js";
import { program } from "../../testing/programs.js";
import setupGuest from "../../testing/setup-guest.js";
import { writeKernel, x86 } from "../../testing/x86/multiboot.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const CHILD = fileURLToPath(new URL("../machines/child.mjs", import.meta.url));
/** Resident memory may be so much more than after the first 50. */
const MORE = 1.05;
const COM1 = 0x3f8;

interface Left {
  descriptors: string[];
  threads: number;
  /** Objects of the machines' kinds that are alive; none where they cannot be counted. */
  objects: Record<string, number>;
  resident: number;
  /** What JavaScript has of that. */
  heap: number;
}

/**
 * glibc has 16 arenas on a host of two processors; a free page of one is nothing to the threads of another, and a block in use keeps its
 * page. After 200 machines they held 24 MB with 7.6 MB in use. With one arena what is resident is what is in use.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: "1" };

/** What of `now` was not there before, by what it is. */
function more(now: readonly string[], before: readonly string[]): string[] {
  const kind = (name: string): string => name.replace(/:\[\d+\]$/, "");
  const known = before.map(kind);
  return now.map(kind).filter((name) => {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "wasmachine-machines-"));
  writeKernel(join(path, "flood"), [...x86.outb(COM1, 0x79), 0xeb, 0xfd]);
  // lidt of an empty table; ud2
  writeKernel(join(path, "crash"), [0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0x0f, 0x0b]);
  writeKernel(join(path, "reset"), [...x86.outb(0x64, 0xfe), ...x86.stop]);
  writeKernel(join(path, "idle"), x86.stop);
  writeFileSync(join(path, "disk"), "");
  truncateSync(join(path, "disk"), 1 << 20);
  return path;
}

export const proof: Proof = {
  name: "machines",
  proves:
    "machines disposed of at random moments leave no descriptor, thread or object, and resident memory (one arena of malloc, its free pages given back) is within 5 % of that after 50",
  total: 500,
  batch: 500,
  sample: 12,
  missing: () => (process.platform === "linux" ? undefined : "it looks into /proc"),
  prepare: setupGuest,
  run(seed, first, count) {
    const path = folder();
    try {
      const args = [
        "--expose-gc",
        "--no-warnings",
        CHILD,
        String(caseSeed(seed, first)),
        String(count),
        path,
        KERNEL,
        INITRD,
        program("gdb"),
      ];
      if (process.env.PROOF_KEPT !== undefined) args.push(process.env.PROOF_KEPT);
      const env = { ...process.env, ...ALLOCATOR };
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
      if (status !== 0) return [`the process ended with ${signal ?? status}: ${stderr.slice(-2000)}`];
      const { begin, early, end } = JSON.parse(stdout) as { begin: Left; early?: Left; end: Left };
      const failures: string[] = [];
      const what = `${count} machines from ${first}`;
      const files = more(end.descriptors, begin.descriptors);
      if (files.length > 0) failures.push(`${what}: ${files.length} descriptors more: ${files.join(", ")}`);
      if (end.threads > begin.threads) failures.push(`${what}: ${end.threads} threads, ${begin.threads} before`);
      for (const [name, number] of Object.entries(end.objects)) {
        const before = begin.objects[name]!;
        if (number > before) failures.push(`${what}: ${number} objects of the kind ${name}, ${before} before`);
      }
      if (early) {
        const share = (left: Left): string => `${left.resident} bytes resident (${left.heap} JavaScript's)`;
        const text = `${share(end)}, ${share(early)} after 50`;
        console.log(`machines: ${text}`);
        if (end.resident > early.resident * MORE) failures.push(`${what}: ${text}`);
      }
      return failures;
    } finally {
      rmSync(path, { recursive: true });
    }
  },
};
