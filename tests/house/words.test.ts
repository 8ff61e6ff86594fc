// A neutral room has no word of a guest: nothing in it would have to change for another one.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders with all in them. */
const FOLDERS = [
  ...["core/engine", "core/float", "testing/toy", "tests/arch/toy"],
  ...["base", "layout", "tuning", "ir", "tier0", "tier1", "engine", "snapshot", "machine", "boot", "monitor", "gdb"],
  ...["block", "net", "fs", "chardev", "display", "api", "options"],
  ...["guests", "devices/registry", "devices/pci", "devices/virtio", "machines/registry", "machines/create"],
].map((name) => (/^(core|testing|tests)\//.test(name) ? name : `src/${name}`));

/** Of those, the ones that need not be there. */
const LATER = ["src/gdb", "src/net", "src/fs", "src/display"];

/** Folders whose own files are neutral; a guest, a device, a machine has a folder in them. */
const OWN_FILES = ["src/arch", "src/devices", "src/machines"];

const WORDS =
  "x86 x64 amd amd64 intel rip eflags rflags cr0 cr3 cr4 msr apic lapic ioapic pic8259 triple a20 cpuid tsc riscv rv64 satp mstatus " +
  "arm aarch64 ttbr gic e820 acpi pc";
const anyOf = (words: readonly string[]): string => `(${words.join("|")})`;
const LOWER = WORDS.split(" ");
const CAPITAL = LOWER.map((word) => word[0]!.toUpperCase() + word.slice(1));
/** As words (ACPI, S_PC, x86_init), in the middle of names (readMsr, X86Cpu) and at their beginning (apicTimer). */
const FORMS = [
  new RegExp(`(?<![A-Za-z0-9])${anyOf(LOWER)}(?![A-Za-z0-9])|segment selector|(?<!0)x86`, "gi"),
  new RegExp(`${anyOf(CAPITAL)}(?![a-z])`, "g"),
  new RegExp(`(?<![A-Za-z0-9])${anyOf(LOWER)}(?=[A-Z])`, "g"),
];

/** The words of a guest in a text: "readMsr" has "Msr". */
function guestWords(text: string): string[] {
  return [...new Set(FORMS.flatMap((form) => [...text.matchAll(form)].map(([word]) => word)))];
}

interface Exception {
  /** Files, and what may stand in them. */
  readonly files: RegExp;
  readonly words: RegExp;
  readonly reason: string;
}

const STAYS: readonly Exception[] = [
  {
    files:
      /^(core\/engine|testing\/toy|src\/(layout|ir|tier0|tier1|engine)|src\/arch\/frontend\.ts|src\/machine\/(vcpu-state|guest-cpu)\.ts|src\/machines\/create\/loads\.ts)(\/|$)/,
    words: /^pc$/i,
    reason: "the program counter, which every guest has (S_PC)",
  },
  {
    files: /^src\/(machine\/|net\/|devices\/(duetimer|interfaces|testing)\.ts|devices\/virtio\/rng\/)/,
    words: /^arm$/i,
    reason: "to arm a timer",
  },
  {
    files: /^src\/guests\/(list|programs)\.ts$/,
    words: /^(x86|riscv)$/i,
    reason: "the registry of guests, which the build makes of their folders, and names of hosts",
  },
  { files: /^src\/machines\/list\.ts$/, words: /^pc$/i, reason: "the registry of machines, which the build makes" },
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

function files(folder: string, recursive: boolean): string[] {
  if (LATER.includes(folder) && !existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !/\.test\.ts$|^testing\.ts$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const texts = [
  ...FOLDERS.flatMap((folder) => files(folder, true)),
  ...OWN_FILES.flatMap((folder) => files(folder, false)),
].map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));

function wrongLines({ file, text }: (typeof texts)[number]): string[] {
  const excepted = (word: string): boolean => STAYS.some((one) => one.files.test(file) && one.words.test(word));
  return text.split("\n").flatMap((line, k) => {
    const words = guestWords(line).filter((word) => !excepted(word));
    return words.length > 0 ? [`${file}:${k + 1}: ${words.join(", ")}: ${line.trim()}`] : [];
  });
}

it("a word of a guest is found by itself and in names", () => {
  const found = {
    ...{ "the local APIC": ["APIC"], S_CR3: ["CR3"], x86_init: ["x86"], X86Cpu: ["X86"], readMsr: ["Msr"] },
    ...{ "a segment selector": ["segment selector"], tripleFault: ["triple"], armBoot: ["arm"], EM_X86_64: ["X86"] },
    ...{ "0x86 of an array": [], charm: [], triples: [], description: [], "spcial pca": [], Alarm: [], Armed: [] },
  };
  for (const [text, words] of Object.entries(found)) expect(guestWords(text), text).toEqual(words);
});

it("neutral rooms have no word of a guest", () => {
  expect(texts.length).toBeGreaterThan(300);
  const lines = texts.flatMap(wrongLines);
  expect(lines, lines.join("\n")).toEqual([]);
});

it("every exception is needed", () => {
  for (const { files: where, words, reason } of STAYS) {
    const used = texts.some(({ file, text }) => where.test(file) && guestWords(text).some((word) => words.test(word)));
    expect(used, reason).toBe(true);
  }
});
