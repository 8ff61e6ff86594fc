import { expect, test } from "vitest";
import { probe } from "./probe.js";

test("a kernel without firmware finds what a BIOS leaves behind", async () => {
  const { lines } = await probe("left-behind.asm");
  const found = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
  // Signature, interfaces, CPUs, RAM; address, entry and first bytes of the kernel; no command line.
  expect(found.fw_cfg).toMatch(/^51454d55 03000000 0100 0000000800000000 00002000 ..022000 02b0ad1b 00000000 $/);
  expect(found.pic).toBe("b88e0c");
  expect(found.a20).toBe("0212345678");
  const [upper, end] = found.upper!.split(" ");
  expect(upper).toBe(end);
});
