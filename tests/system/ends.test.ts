// How machines end: exit statuses of isa-debug-exit, power-off, reset, triple fault and of signals; what a guest may write to
// without the host noticing.

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Emulator, type Ended, runEmulator } from "../../testing/emulator.js";
import { temporaryFolder } from "../../testing/guest.js";
import { EXIT_DEVICE, writeKernel, x86 } from "../../testing/x86/multiboot.js";

const PM1_CONTROL = 0x604;
/** SLP_TYPa 0 is S5 in this machine's DSDT. */
const SLEEP_S5 = 0x2000;
const KEYBOARD_COMMAND = 0x64;
const PULSE_RESET = 0xfe;
const DEBUG_CONSOLE = 0xe9;

let folder: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const BASIC = ["-display", "none", "-m", "16M", ...EXIT_DEVICE];

function kernel(code: readonly number[]): string {
  const file = folder.file("kernel");
  writeKernel(file, [...code, ...x86.stop]);
  return file;
}

const run = (code: readonly number[], ...options: string[]): Promise<Ended> =>
  runEmulator([...BASIC, "-kernel", kernel(code), ...options], "", 30_000);

describe("exit status", () => {
  it.each([0, 1, 0x10, 0x7f])("of isa-debug-exit written %i is twice that and one", async (value) => {
    expect(await run(x86.exit(value))).toEqual({ status: 2 * value + 1, out: "", error: "" });
  });

  it("of ACPI power-off is 0", async () => {
    expect(await run(x86.outw(PM1_CONTROL, SLEEP_S5))).toEqual({ status: 0, out: "", error: "" });
  });

  it("of a reset with -no-reboot is 0", async () => {
    expect(await run(x86.outb(KEYBOARD_COMMAND, PULSE_RESET), "-no-reboot")).toEqual({ status: 0, out: "", error: "" });
  });

  it("of SIGTERM is 0, with a sentence", async () => {
    const emulator = Emulator.run([
      ...BASIC,
      "-kernel",
      kernel([...x86.outb(DEBUG_CONSOLE, 0x41)]),
      "-debugcon",
      "stdio",
    ]);
    try {
      await emulator.waitFor("A", 20_000);
      process.kill(emulator.pid, "SIGTERM");
      expect(await emulator.end(10_000)).toEqual({
        status: 0,
        out: "A",
        error: "wasmachine-system-x86_64: terminating on signal 15\n",
      });
    } finally {
      emulator.close();
    }
  });
});

describe("triple fault", () => {
  // lidt of an empty table; ud2
  const crash = [0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0x0f, 0x0b];

  // Page tables of zeros, then paging on: the next instruction is not there.
  const noPage = [
    ...[0xb8, 0x00, 0x00, 0x30, 0x00, 0x0f, 0x22, 0xd8],
    ...[0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0, 0x90],
  ];

  it("is said with the exception it began with, and where", async () => {
    const { error } = await run(noPage, "-no-reboot");
    expect(error).toContain("triple fault (exception 14 at 0010:00100033, CR2 00100033): the machine ends\n");
  });

  it("is said in one sentence and ends the machine under -no-reboot", async () => {
    expect(await run(crash, "-no-reboot")).toEqual({
      status: 0,
      out: "",
      error:
        "wasmachine-system-x86_64: warning: triple fault (exception 6 at 0010:00100028, CR2 00000000): the machine ends\n",
    });
  });

  it("resets the machine, which boots again", async () => {
    const emulator = Emulator.run([
      ...BASIC,
      "-debugcon",
      "stdio",
      "-kernel",
      kernel([...x86.outb(DEBUG_CONSOLE, 0x42), ...crash]),
    ]);
    try {
      await emulator.waitFor("BB", 20_000);
      // The two streams arrive in any order.
      await vi.waitFor(
        () => expect(emulator.error).toMatch(/warning: triple fault \(exception 6 at .*\): the machine is reset\n/),
        20_000,
      );
    } finally {
      emulator.close();
    }
  });
});

describe("writes", () => {
  it("to ROM and to nothing change nothing and do no harm", async () => {
    const code = [
      // No memory, no device.
      ...x86.store(0xd0000000, 0x12345678),
      ...x86.expect(0xd0000000, -1, 2),
      // The firmware's flash below 4 GiB; without firmware there is nothing.
      ...x86.store(0xfffffff0, 0x12345678),
      ...x86.expect(0xfffffff0, -1, 3),
      // A port without a device.
      ...x86.outb(0x5f0, 0x12),
      // RAM, to see that comparing works.
      ...x86.store(0x200000, 0x12345678),
      ...x86.expect(0x200000, 0x12345678, 4),
      ...x86.exit(1),
    ];
    expect(await run(code)).toEqual({ status: 3, out: "", error: "" });
  });

  it("jumping to where there is no memory ends the machine with one sentence", async () => {
    // mov eax, 0xd0000000; jmp eax
    const { status, out, error } = await run([0xb8, 0, 0, 0, 0xd0, 0xff, 0xe0]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error).toMatch(/^wasmachine-system-x86_64: warning: the guest runs at physical address 0xd0000000, .*\n$/);
  });
});
