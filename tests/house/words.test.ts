// A neutral room has no word of a guest: nothing in it would have to change for another one.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const ROOMS = [
  ...["core/engine", "core/float"],
  ...[
    "base",
    "layout",
    "tuning",
    "ir",
    "tier0",
    "tier1",
    "engine",
    "snapshot",
    "machine",
    "boot",
    "monitor",
    "gdb",
  ].map(inSrc),
  ...["block", "net", "fs", "chardev", "display", "api", "options"].map(inSrc),
];

function inSrc(name: string): string {
  return `src/${name}`;
}

const WORDS =
  "x86 x64 amd amd64 intel rip eflags rflags cr0 cr3 cr4 msr apic lapic ioapic pic8259 triple a20 cpuid tsc riscv rv64 satp mstatus " +
  "arm aarch64 ttbr gic e820 acpi pc";
/** As words, and as parts of names: X86Cpu, x86_init, tripleFault, S_PC. */
const WORD = new RegExp(
  `(?<![A-Za-z0-9])(${WORDS.replaceAll(" ", "|")})(?![A-Za-z0-9])|segment selector|(?<!0)x86|[tT]riple(?=[A-Z])`,
  "gi",
);

interface Exception {
  /** Files, and what may stand in them. */
  readonly files: RegExp;
  readonly words: RegExp;
  readonly reason: string;
}

const STAYS: readonly Exception[] = [
  {
    files: /^(core\/engine|src\/(layout|ir|tier0|tier1|engine)|src\/machine\/(vcpu-state|guest-cpu)\.ts)(\/|$)/,
    words: /^pc$/i,
    reason: "the program counter, which every guest has (S_PC)",
  },
  {
    files: /^src\/machine\//,
    words: /^arm$/i,
    reason: "to arm a timer",
  },
  { files: /^core\/float\/(f80|elementary\/)/, words: /^intel$/i, reason: "whose the 80-bit format is" },
  { files: /^src\/boot\/elf\.ts$/, words: /^x86$/i, reason: "ELF's numbers of machines" },
  {
    files: /^src\/boot\/(xz|unpack-module)\.ts$/,
    words: /^x86$/i,
    reason: "the branch filter of that name, one of several of the .xz format",
  },
  {
    files: /^src\/options\/(machine-options|refused)\.ts$/,
    words: /^(pc|intel)$/i,
    reason: "names of QEMU's machines and devices that are refused",
  },
];

function files(path: string): string[] {
  try {
    return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !/\.test\.ts$|^testing\.ts$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  } catch (error) {
    // Not built yet: rooms of later issues.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function found(file: string): string[] {
  const excepted = (word: string): boolean => STAYS.some((one) => one.files.test(file) && one.words.test(word));
  return readFileSync(join(ROOT, file), "utf8")
    .split("\n")
    .flatMap((line, k) => {
      const words = [...line.matchAll(WORD)].map(([word]) => word).filter((word) => !excepted(word));
      return words.length > 0 ? [`${file}:${k + 1}: ${words.join(", ")}: ${line.trim()}`] : [];
    });
}

it("neutral rooms have no word of a guest", () => {
  const lines = ROOMS.flatMap(files).flatMap(found);
  expect(lines, lines.join("\n")).toEqual([]);
});

it("every exception is needed", () => {
  const texts = ROOMS.flatMap(files).map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));
  for (const { files: where, words, reason } of STAYS) {
    const used = texts.some(
      ({ file, text }) => where.test(file) && [...text.matchAll(WORD)].some(([word]) => words.test(word)),
    );
    expect(used, reason).toBe(true);
  }
});
