import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { program } from "../../../../testing/programs.js";
import { ROM_ADDRESS, romBytes, vectorTable } from "./rom.js";

const rom = romBytes();

/** Linear address of a vector. */
function target(vector: number): number {
  const view = new DataView(vectorTable().buffer, 4 * vector);
  return view.getUint16(2, true) * 16 + view.getUint16(0, true);
}

function codeAt(address: number, length: number): number[] {
  return [...rom.subarray(address - ROM_ADDRESS, address - ROM_ADDRESS + length)];
}

test("the bytes are what nasm makes of rom.asm", () => {
  const folder = mkdtempSync(join(tmpdir(), "rom-"));
  try {
    const output = join(folder, "rom.bin");
    const source = fileURLToPath(new URL("rom.asm", import.meta.url));
    execFileSync(program("nasm"), ["-f", "bin", "-o", output, source]);
    expect(Buffer.from(rom).toString("hex")).toBe(readFileSync(output).toString("hex"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the vectors lead to the code for them", () => {
  for (const vector of [0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a]) {
    // push eax; mov ax, vector
    expect(codeAt(target(vector), 5), vector.toString(16)).toEqual([0x66, 0x50, 0xb8, vector, 0]);
  }
  expect(target(0x40)).toBe(target(0x13));
  expect(codeAt(target(0x08), 4)).toEqual([0x66, 0x50, 0xb0, 0x08]);
  for (const vector of [0, 0x1b, 0x1c, 0x68, 0xff]) expect(codeAt(target(vector), 1)).toEqual([0xcf]);
  // mov al, 20h; out 20h or A0h, al
  for (const vector of [0x0a, 0x0f]) expect(codeAt(target(vector) + 1, 4)).toEqual([0xb0, 0x20, 0xe6, 0x20]);
  for (const vector of [0x71, 0x77]) expect(codeAt(target(vector) + 1, 4)).toEqual([0xb0, 0x20, 0xe6, 0xa0]);
  // mov al, 0Ch; out 70h, al
  expect(codeAt(target(0x70) + 1, 4)).toEqual([0xb0, 0x0c, 0xe6, 0x70]);
  // mov al, 0; out F0h, al
  expect(codeAt(target(0x75) + 1, 4)).toEqual([0xb0, 0x00, 0xe6, 0xf0]);
  expect([0x60, 0x66, 0x79].map(target)).toEqual([0, 0, 0]);
  // Sectors of a track.
  expect(codeAt(target(0x1e) + 4, 1)).toEqual([18]);
});
