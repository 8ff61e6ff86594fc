// Small programs in assembler that look at the machine from inside.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runEmulator } from "../../../testing/emulator.js";
import { program } from "../../../testing/programs.js";
import { EXIT_DEVICE } from "../../../testing/x86/multiboot.js";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** Assembles FILE of this folder into `output`. */
export function assemble(file: string, output: string): void {
  execFileSync(program("nasm"), ["-f", "bin", "-I", FOLDER, "-o", output, join(FOLDER, file)]);
}

export interface Probed {
  /** Lines on the debug console. */
  lines: string[];
  /** The serial console. */
  console: string;
}

/** Runs FILE as the kernel of a machine, and returns what it says. */
export async function probe(file: string, args: readonly string[] = [], input = "", timeout = 60_000): Promise<Probed> {
  const folder = mkdtempSync(join(tmpdir(), "probe-"));
  try {
    const kernel = join(folder, "probe");
    const said = join(folder, "said");
    assemble(file, kernel);
    const debug = ["-device", "isa-debugcon,iobase=0xe9,chardev=said", "-chardev", `file,id=said,path=${said}`];
    const usual = ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot", "-m", "128M"];
    const ended = await runEmulator([...usual, "-kernel", kernel, ...EXIT_DEVICE, ...debug, ...args], input, timeout);
    if (ended.status !== 1) throw new Error(`${file} ended with status ${ended.status}: ${ended.error}`);
    return { lines: readFileSync(said, "latin1").trimEnd().split("\n"), console: ended.out };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
