// RISC-V's `virt` runs a supervisor's program on the built-in SBI: every call of it, in both tiers.

import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { coreFile } from "../../src/arch/guest.js";
import { MachineError } from "../../src/machine/host.js";
import { TestHost } from "../../src/machine/testing.js";
import { createModelled } from "../../src/machines/create/create.js";
import { RISCV_VIRT } from "../../src/machines/virt/riscv/model.js";
import { assemble } from "../../src/machines/virt/sbi/assembler.js";
import { NUMBERS } from "../../src/machines/virt/sbi/layout.js";
import { PAYLOAD, payloadOutput } from "../../src/machines/virt/sbi/payload.js";
import { machine as type } from "../../src/machines/virt/type.js";
import { defaultConfig, type MachineConfig } from "../../src/options/config.js";

const KERNEL = 0x8020_0000;

const module = new WebAssembly.Module(readFileSync(new URL(`../../dist/${coreFile("riscv64")}`, import.meta.url)));

function configure(more: Partial<MachineConfig> = {}): MachineConfig {
  return {
    ...defaultConfig(),
    guest: "riscv64",
    cpu: { model: "rv64", features: [], properties: {} } as unknown as MachineConfig["cpu"],
    machine: { type: "virt", properties: {} },
    ramSize: 16 << 20,
    kernel: "kernel",
    chardevs: [{ id: "console", kind: "stdio", mux: false, signal: false }],
    serial: ["console"],
    icount: { shift: 3, auto: false, sleep: false },
    ...more,
  };
}

/** OpenSBI as QEMU's packages have it. */
const OPENSBI = "/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic";

async function make(config: MachineConfig, reason = 0) {
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  host.files.set("kernel", assemble(PAYLOAD, KERNEL, { ...NUMBERS, SECOND: 0, REASON: reason }).bytes);
  for (const form of ["bin", "elf"]) {
    if (existsSync(`${OPENSBI}.${form}`))
      host.files.set(`opensbi.${form}`, new Uint8Array(readFileSync(`${OPENSBI}.${form}`)));
  }
  host.files.set("empty", new Uint8Array());
  const machine = await createModelled(type, RISCV_VIRT, config, host, { module });
  return { machine, host };
}

async function run(config: MachineConfig, reason = 0) {
  const { machine, host } = await make(config, reason);
  const finished = await machine.start();
  return { finished, text: host.chardevs.get("console")!.text };
}

it("runs a program on the built-in SBI and powers off", async () => {
  const { finished, text } = await run(configure());
  expect(text).toBe(payloadOutput(1));
  expect(finished).toMatchObject({ status: 0 });
});

it("leaves with the status of a failure", async () => {
  expect((await run(configure(), 1)).finished).toMatchObject({ status: 1 });
});

it("starts what -device loader put where the SBI goes on", async () => {
  const { kernel: file, ...none } = configure();
  const load = { file: file!, address: KERNEL, raw: false, bigEndian: false, start: false };
  const { finished, text } = await run({ ...none, loads: [load] });
  expect(text).toBe(payloadOutput(1));
  expect(finished).toMatchObject({ status: 0 });
});

it("starts what -device loader put at RAM's beginning in machine mode, with -bios none", async () => {
  const { kernel: file, ...none } = configure();
  // li t0, 0x100000; li t1, 0x5555; sw t1, 0(t0): the finisher's power-off.
  const words = [0x00100_2b7, 0x00005_337, 0x55530313, 0x0062a023, 0x6f];
  const data = (n: number) => ({ data: String(words[n]), length: 4, address: 0x8000_0000 + 4 * n });
  const loads = words.map((_, n) => ({ ...data(n), raw: false, bigEndian: false, start: false }));
  const { finished } = await run({ ...none, bios: "none", loads });
  expect([file, finished.status]).toEqual(["kernel", 0]);
});

it.skipIf(!existsSync(`${OPENSBI}.elf`)).each(["bin", "elf"])(
  `runs it on OpenSBI, a file of firmware (skipped without ${OPENSBI}), %s`,
  async (form) => {
    const { finished, text } = await run(configure({ bios: `opensbi.${form}` }));
    expect(text).toContain("Platform Name             : riscv-virtio,qemu");
    expect(text).toContain("Boot HART Base ISA        : rv64im");
    // Of the calls in common: counters, which OpenSBI does not stop at first, and others beside; timer, interrupt, fences, HSM.
    const counters = /\+00 13 00 02 fd 00 00 02 01 f9 00 f9 00 00 00 f8 00 f8 00 fd 00 (01 )?fe 00 /;
    expect(text.trimEnd()).toMatch(new RegExp(`${counters.source}00 00 00 00 00 00 00 00 .*fa 00 fd 00$`));
    expect(finished).toMatchObject({ status: 0 });
  },
);

it("has what -fw_cfg gives in its directory of files", async () => {
  const files = [
    { name: "opt/text", text: "abc" },
    { name: "opt/file", file: "kernel" },
  ];
  const { machine } = await make(configure({ firmwareFiles: files }));
  const { fwCfg } = machine.mainboard;
  fwCfg.select(0x19);
  const directory = new TextDecoder().decode(fwCfg.next(4 + 2 * 64));
  expect(directory.match(/opt\/[a-z]+/g)).toEqual(["opt/file", "opt/text"]);
  fwCfg.select(0x20);
  expect(new TextDecoder().decode(fwCfg.next(4))).toBe("abc\0");
  machine.quit();
  await expect(make(configure({ firmwareFiles: [{ name: "opt/a", file: "no" }] }))).rejects.toThrow(
    "-fw_cfg name=opt/a: could not open 'no'",
  );
});

it("says what cannot be started", async () => {
  const { kernel: _, ...none } = configure();
  await expect(run(none)).rejects.toThrow(MachineError);
  await expect(run(none)).rejects.toThrow("nothing to boot: give a kernel (-kernel FILE) or firmware (-bios FILE)");
  await expect(run(configure({ kernel: "no" }))).rejects.toThrow("could not open kernel file 'no'");
  await expect(run(configure({ bios: "empty" }))).rejects.toThrow("firmware empty is empty");
  await expect(run({ ...none, bios: "none" })).rejects.toThrow("-bios none: nothing to start");
});
