import { expect, it } from "vitest";
import { assemble } from "../machines/virt/sbi/assembler.js";
import { NUMBERS } from "../machines/virt/sbi/layout.js";
import { PAYLOAD, payloadOutput } from "../machines/virt/sbi/payload.js";
import { createMachine, MachineError } from "./index.js";

/** Everything a machine's console says until it ends. */
async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

it("answers -version on the console and ends", async () => {
  const machine = createMachine({ arguments: "-version" });
  expect(await textOf(machine.console.readable)).toMatch(/^wasmachine emulator version \d/);
  expect(await machine.finished).toEqual({ status: 0, reason: "help" });
  expect(machine.state).toBe("ended");
});

it("rejects with one sentence, and tells listeners", async () => {
  const machine = createMachine({ arguments: ["-flux"] });
  const errors: string[] = [];
  machine.on("error", (error) => errors.push(error.message));
  await expect(machine.start()).rejects.toThrow(/^-flux: invalid option; -help lists those there are$/);
  expect(errors).toEqual(["-flux: invalid option; -help lists those there are"]);
});

it("says that a given kernel is none", async () => {
  const machine = createMachine({ arguments: "-kernel k", files: { k: new Uint8Array([1, 2, 3]) } });
  const error = await machine.start().catch((reason: Error) => reason);
  expect((error as Error).message).toMatch(/k/);
  expect((error as Error).message).not.toMatch(/internal error/);
});

it("ends at once when it is disposed of", async () => {
  const machine = createMachine({ arguments: "-S -kernel k", files: { k: new Uint8Array(10) } });
  machine.dispose();
  expect(await machine.finished).toEqual({ status: 0, reason: "disposed" });
  await expect(machine.start()).rejects.toThrow("the machine has ended");
  expect(await textOf(machine.monitor.readable)).toBe("");
});

it.each(["../package.json", "/etc/hostname", "a/../../package.json", "."])(
  "has no file '%s' in a folder",
  async (name) => {
    for (const args of [
      ["-kernel", name],
      ["-drive", `if=virtio,format=raw,file=${name}`],
    ]) {
      const machine = createMachine({ arguments: args, filesUrl: "src" });
      await expect(machine.start()).rejects.toThrow(/names files in .*\/src, and this name leads out of it$/);
    }
  },
);

it.each([
  ["-flux", "ERR_OPTION"],
  ["-kernel no/such/file", "ERR_FILE"],
  ["-kernel /dev/zero", "ERR_FILE"],
  ["-kernel package.json", "ERR_MACHINE"],
])("%s fails with the code %s", async (args, code) => {
  const error = await createMachine({ arguments: args })
    .start()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MachineError);
  expect(error).toMatchObject({ code });
});

it("is a machine of the architecture that was asked for", async () => {
  for (const options of [
    { arguments: "-M help", architecture: "riscv64" },
    { arguments: "qemu-system-riscv64 -M help" },
  ] as const) {
    const machine = createMachine(options);
    expect(await textOf(machine.console.readable)).toMatch(/^Supported machines are:\r\nvirt /);
  }
  const error = await createMachine({ arguments: "qemu-system-vax -S" })
    .start()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "ERR_OPTION",
    message: "there is no architecture 'vax'; there are riscv64 and x86_64",
  });
});

it("runs a program for riscv64", async () => {
  const kernel = assemble(PAYLOAD, 0x8020_0000, { ...NUMBERS, SECOND: 0, REASON: 0 }).bytes;
  const machine = createMachine({
    architecture: "riscv64",
    arguments: ["-m", "16M", "-icount", "shift=3,sleep=off", "-kernel", "payload"],
    files: { payload: kernel },
  });
  await machine.start();
  expect(await textOf(machine.console.readable)).toBe(payloadOutput(1));
  expect(await machine.finished).toMatchObject({ status: 0, reason: "power-off" });
});

it("says by its code that it has ended, and takes sizes of terminals only", async () => {
  const machine = createMachine({ arguments: "-S" });
  machine.console.resize(80, 24);
  for (const [columns, rows] of [
    [0, 24],
    [80, -1],
    [80.5, 24],
    [70_000, 24],
    [Number.NaN, 24],
  ] as const) {
    expect(() => machine.console.resize(columns, rows)).toThrow(RangeError);
  }
  machine.dispose();
  await expect(machine.start()).rejects.toMatchObject({ code: "ERR_ENDED" });
});
