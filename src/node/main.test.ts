import { describe, expect, it } from "vitest";
import { main } from "./main.js";

async function run(...args: string[]) {
  const words = { out: "", error: "" };
  const status = await main(args, {
    out: (text) => {
      words.out += text;
    },
    error: (text) => {
      words.error += text;
    },
  });
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
});
