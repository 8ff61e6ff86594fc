import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../testing/guest.js";
import { probe } from "./probe.js";

test("a kernel without firmware finds what a BIOS leaves behind", async () => {
  const { lines } = await probe("left-behind.asm");
  const found = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
  // Signature, interfaces, CPUs, RAM; address, entry and first bytes of the kernel; no command line.
  expect(found.fw_cfg).toMatch(/^51454d55 03000000 0100 0000000800000000 00002000 ..022000 02b0ad1b 00000000 $/);
  expect(found.smbus).toBe("00000701 00090000 00");
  expect(found.vectors).toBe("f000f00000000000f000ff53");
  expect(found.data).toBe("03f89fc0027f001e001e003e001e01");
  expect(found.mp).toBe("504d435000c8fee00000");
  expect(found.rom?.slice(6)).toBe("eafc");
  expect(found.pic).toBe("b88e0c");
  expect(found.a20).toBe("0212345678");
  const [upper, end] = found.upper!.split(" ");
  expect(upper).toBe(end);
});

test("the interrupt services answer as a BIOS does", async () => {
  const { lines } = await probe("services.asm");
  // Carry, EAX, EBX, ECX, EDX. But for equipment and where RAM ends it is what SeaBIOS answers on QEMU's pc; APM and odd
  // registers of PCI it would know.
  expect(lines).toEqual([
    "equipment: - 00000206 00000000 00000000 00000000",
    "memory: - 0000027f 00000000 00000000 00000000",
    "88: - 0000fc00 00000000 00000000 00000000",
    "e801: - 00003c00 000006ff 00003c00 000006ff",
    "e881: C 00008681 00000000 00000000 00000000",
    "a20 off: - 00000000 00000000 00000000 00000000",
    "a20 state: - 00000000 00000000 00000000 00000000",
    "a20 on: - 00000001 00000000 00000000 00000000",
    "a20 state: - 00000001 00000000 00000000 00000000",
    "a20 support: - 00000003 00000003 00000000 00000000",
    "ebda: - 0000c100 00000000 00000000 00000000",
    "apm: C 00008600 00000000 00000000 00000000",
    "unknown: C 000086ef 00000000 00000000 00000000",
    "wait: - 00008600 00000000 00000000 000007d0",
    "disk reset: C 00000100 00000000 00000000 00000080",
    "disk read: C 00000101 00000000 00000001 00000080",
    "disk parameters: C 00000100 00000000 00000000 00000080",
    "disk type: C 00000100 00000000 00000000 00000080",
    "extensions: C 00000100 000055aa 00000000 00000080",
    "disk status: C 00000100 00000000 00000000 00000080",
    "key: - 00000100 00000000 00000000 00000000",
    "shifts: - 00000200 00000000 00000000 00000000",
    "put key: - 00000500 00000000 00001e61 00000000",
    "get key: - 00001e61 00000000 00000000 00000000",
    "printer: C 00000000 00000000 00000000 00000001",
    "serial: - 000060b0 00000000 00000000 00000000",
    "pci: - 00000001 00000210 00000000 20494350",
    "find device: - 00000002 0000000b 00007113 00008086",
    "find class: - 00000003 00000008 00060100 00000000",
    "no device: C 00008602 00000000 00001234 00008086",
    "read config: - 0000000a 00000008 70008086 00000000",
    "odd config: C 00008709 00000008 00000000 00000000",
    "pci unknown: C 000081ff 00000000 00000000 00000000",
    "e820:00000000 00000000 00000000 0009fc00 00000001",
    "e820:00000000 0009fc00 00000000 00000400 00000002",
    "e820:00000000 000f0000 00000000 00010000 00000002",
    "e820:00000000 00100000 00000000 07efd000 00000001",
    "e820:00000000 07ffd000 00000000 00002000 00000003",
    "e820:00000000 07fff000 00000000 00001000 00000004",
    "e820:00000000 fffc0000 00000000 00040000 00000002",
    "ticks",
    "time -",
    "right",
  ]);
});

test("a multiboot kernel gets its modules with their arguments", async () => {
  const folder = temporaryFolder();
  try {
    writeFileSync(folder.file("one"), "abc");
    writeFileSync(folder.file("two,2"), new Uint8Array(5000));
    const list = `${folder.file("one")} a=1  b,${folder.file("two,,2")} x,,y,`;
    const { lines } = await probe("modules.asm", ["-append", "quiet", "-initrd", list]);
    const [commandLine, ...modules] = lines;
    expect(commandLine).toMatch(/probe quiet$/);
    expect(modules).toEqual([
      `616263 00000003 ${folder.file("one")} a=1  b`,
      `000000 00001388 ${folder.file("two,2")} x,y`,
    ]);
  } finally {
    folder.remove();
  }
});

test("a program that waits for keys gets what is typed at the serial console", async () => {
  const { lines, console } = await probe("keys.asm", [], "aB\r");
  expect(lines).toEqual(["1e61 3042 1c0d"]);
  expect(console).toBe(">aB\r");
});
