import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { program } from "../../../../testing/programs.js";
import type { InitialCpu } from "../boot/interfaces.js";
import { assembled, romBytes } from "./rom.js";
import { ScriptMemory } from "./script.js";

it("the bytes are what nasm makes of rom.asm", () => {
  const folder = mkdtempSync(join(tmpdir(), "rom-"));
  try {
    const output = join(folder, "rom.bin");
    execFileSync(program("nasm"), ["-f", "bin", "-o", output, fileURLToPath(new URL("rom.asm", import.meta.url))]);
    expect(Buffer.from(assembled()).toString("hex")).toBe(readFileSync(output).toString("hex"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("is an option ROM with a plug and play header", () => {
  const rom = romBytes();
  const sum = (from: number, length: number) => rom.subarray(from, from + length).reduce((all, byte) => all + byte, 0);
  expect([...rom.subarray(0, 4)]).toEqual([0x55, 0xaa, rom.length / 512, 0xcb]);
  expect(sum(0, rom.length) & 0xff).toBe(0);
  const header = rom[0x1a]!;
  expect(String.fromCharCode(...rom.subarray(header, header + 4))).toBe("$PnP");
  expect(sum(header, 16 * rom[header + 5]!) & 0xff).toBe(0);
});

it("a script has what was written below firmware's memory, then how to enter", () => {
  const memory = new ScriptMemory(0x200000, 0x200000, 0x100000);
  memory.write(0x8000, Uint8Array.of(1, 2, 3));
  memory.write(0x100000, Uint8Array.of(9));
  memory.write(0x9000, new Uint8Array(0));
  const segment = (selector: number) => ({ selector, base: 0, limit: 0, attributes: 0 });
  const state = {
    ...{ mode: "protected", rip: 0x1234, registers: { rax: 5, rbx: 6, rsp: 7 }, gdt: { base: 0x6000, limit: 47 } },
    segments: { cs: segment(0x1020), ds: segment(0x1000) },
  } as unknown as InitialCpu;
  const words = (...values: number[]) => [...new Uint8Array(Uint32Array.from(values).buffer)];
  const pieces = [...words(1, 0x8000, 3), 1, 2, 3];
  expect([...memory.script(state)]).toEqual([...pieces, ...words(1, 0x1234, 0x6000, 47, 7, 5, 6)]);
  expect([...memory.script({ ...state, mode: "real" })]).toEqual([
    ...pieces,
    ...words(0, 0x1234, 0x1020, 0x1000, 7, 5, 6),
  ]);
});
