import { describe, expect, it } from "vitest";
import { main } from "./main.js";

function run(...args: string[]) {
  return runFor("x86_64", ...args);
}

async function runFor(guest: string, ...args: string[]) {
  const words = { out: "", error: "" };
  const out = (text: string): void => {
    words.out += text;
  };
  const error = (text: string): void => {
    words.error += text;
  };
  const status = await main(args, { out, error }, guest);
  return { status, ...words };
}

describe("the program", () => {
  it("prints version and help and ends with 0", async () => {
    expect(await run("-version")).toEqual({
      status: 0,
      out: expect.stringMatching(/^wasmachine emulator version \d+\.\d+\.\d+\n$/),
      error: "",
    });
    const help = await run("--help");
    expect(help.status).toBe(0);
    expect(help.out).toContain("usage: wasmachine-system-x86_64 [options] [disk_image]");
  });

  it.each([
    [["-foo"], "-foo: invalid option; -help lists those there are"],
    [["-M", "q35"], "-M q35: machine type 'q35' is not supported yet (only pc is)"],
    [["-smp", "4"], "-smp 4: cpus=4 is not supported yet: the machine has one CPU (write -smp 1, or leave -smp out)"],
  ])("%j ends with 1 and one sentence", async (args, message) => {
    expect(await run(...args)).toEqual({ status: 1, out: "", error: `wasmachine-system-x86_64: ${message}\n` });
  });

  it.each([
    [
      "x86_64",
      ["-M", "virt"],
      "-M virt: machine type 'virt' is for riscv64, and this is x86_64: use pc, or ask for riscv64",
    ],
    [
      "riscv64",
      ["-M", "pc"],
      "-M pc: machine type 'pc' is for x86_64, and this is riscv64: use virt, spike, or ask for x86_64",
    ],
    ["riscv64", ["-machine", "type=pc-i440fx-7.2"], "-machine type=pc-i440fx-7.2: machine type 'pc-i440fx-7.2' is for"],
    ["riscv64", ["-cpu", "qemu64"], "-cpu qemu64: unable to find CPU model 'qemu64'"],
    ["riscv64", ["-device", "isa-debug-exit"], "-device isa-debug-exit: machine type 'virt' has no isa bus"],
    ["riscv64", [], "nothing to boot: give a kernel (-kernel FILE) or firmware (-bios FILE)"],
    ["riscv64", ["-kernel", "package.json", "-bios", "no"], "could not open firmware file 'no'"],
  ])("of %s: %j ends with 1 and one sentence", async (guest, args, message) => {
    const { status, out, error } = await runFor(guest, ...args);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(error.slice(0, -1)).not.toContain("\n");
    expect(error).toContain(`wasmachine-system-${guest}: ${message}`);
  });

  it("of riscv64 has a machine and CPUs of its own", async () => {
    expect((await runFor("riscv64", "-M", "help")).out).toMatch(
      /^Supported machines are:\nvirt .*\(default\)\nspike .*\n$/,
    );
    expect((await runFor("riscv64", "-cpu", "help")).out).toMatch(/\brv64\b/);
    expect((await runFor("riscv64", "-help")).out).toContain("usage: wasmachine-system-riscv64 [options]");
  });
});
