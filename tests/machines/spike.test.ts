// Programs of machine mode on `spike`: they speak and end by HTIF, as those of riscv-tests do. QEMU's spike does the same.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { coreFile } from "../../src/arch/guest.js";
import { TestHost } from "../../src/machine/testing.js";
import { createModelled } from "../../src/machines/create/create.js";
import { SPIKE } from "../../src/machines/spike/model.js";
import { machine as type } from "../../src/machines/spike/type.js";
import { assemble } from "../../src/machines/virt/sbi/assembler.js";
import { NUMBERS } from "../../src/machines/virt/sbi/layout.js";
import { PAYLOAD } from "../../src/machines/virt/sbi/payload.js";
import { defaultConfig, type MachineConfig } from "../../src/options/config.js";
import { temporaryFolder } from "../../testing/guest.js";
import { makeElf } from "../../testing/riscv/elf.js";

const RAM = 0x8000_0000;
/** As QEMU's packages have it. */
const OPENSBI = "/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin";
const QEMU = "/usr/bin/qemu-system-riscv64";
const module = new WebAssembly.Module(readFileSync(new URL(`../../dist/${coreFile("riscv64")}`, import.meta.url)));

/** Says a text and a letter that lay beside the registers; with MORE a letter by a system call and what is typed. Leaves with STATUS. */
const PROGRAM = `
start:
  la s0, tohost
  la s1, fromhost
  la s2, text
next:
  lbu a0, 0(s2)
  beqz a0, said
  call put
  addi s2, s2, 1
  j next
said:
  la t0, beside
  li t1, 0x41
  sb t1, 0(t0)
  lbu a0, 0(t0)
  call put
  li t0, MORE
  beqz t0, leave
  la t0, block
  la t2, text
  sd t2, 16(t0)
  call command
  li t0, 1
  slli t0, t0, 56
  call command
  andi a0, t1, 0xff
  call put
leave:
  li t0, STATUS
  slli t0, t0, 1
  ori t0, t0, 1
  sd t0, 0(s0)
stop:
  j stop
put:
  li t0, 0x101
  slli t0, t0, 48
  or t0, t0, a0
command:
  sd t0, 0(s0)
command_wait:
  ld t1, 0(s1)
  beqz t1, command_wait
  sd zero, 0(s1)
  ret
  .align 8
block:
  .dword 64
  .dword 1
  .dword 0
  .dword 1
text:
  .ascii "hello "
  .word 0
  .align ALIGN
tohost:
  .dword 0
fromhost:
  .dword 0
beside:
  .dword 0
`;

function program(status: number, align: number, more = 1): Uint8Array {
  const { bytes, labels } = assemble(PROGRAM, RAM, { STATUS: status, ALIGN: align, MORE: more });
  return makeElf(RAM, bytes, { tohost: labels.get("tohost")!, fromhost: labels.get("fromhost")! });
}

/** `until`: what the console has said when the machine is ended from outside. */
async function run(file: Uint8Array, input = "", more: Partial<MachineConfig> = {}, until?: RegExp) {
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  host.files.set("program", file);
  if (existsSync(OPENSBI)) host.files.set("firmware", new Uint8Array(readFileSync(OPENSBI)));
  const config: MachineConfig = {
    ...defaultConfig(),
    guest: "riscv64",
    cpu: { model: "rv64", features: [], properties: {} } as unknown as MachineConfig["cpu"],
    machine: { type: "spike", properties: {} },
    ...{ ramSize: 16 << 20, bios: "none", kernel: "program" },
    chardevs: [{ id: "console", kind: "stdio", mux: false, signal: false }],
    serial: ["console"],
    ...more,
  };
  const machine = await createModelled(type, SPIKE, config, host, { module });
  const finished = machine.start();
  const console = host.chardevs.get("console")!;
  const written = console.write.bind(console);
  console.write = (bytes) => {
    written(bytes);
    if (until?.test(console.text)) machine.quit();
  };
  console.receive?.(Uint8Array.from(input, (c) => c.charCodeAt(0)));
  return { finished: await finished, text: console.text };
}

it.each([8, 4096])(
  "a program says what it says and leaves with its status; registers aligned to %d bytes",
  async (align) => {
    for (const status of [0, 42]) {
      const { finished, text } = await run(program(status, align), "x");
      expect([text, finished.status]).toEqual(["hello Ahx", status]);
    }
  },
);

it("has HTIF at its own place for a program without symbols", async () => {
  const { bytes } = assemble("li t0, 0x1000008\n li t1, 7\n sw t1, 0(t0)\n sw zero, 4(t0)\nstop: j stop", RAM);
  expect((await run(bytes)).finished.status).toBe(3);
});

it.skipIf(!existsSync(OPENSBI))(`runs OpenSBI, which finds HTIF by the tree (skipped without ${OPENSBI})`, async () => {
  const next = assemble(PAYLOAD, RAM + (2 << 20), { ...NUMBERS, SECOND: 0, REASON: 0 }).bytes;
  // It does not come to its end there, in QEMU neither.
  const { text } = await run(next, "", { bios: "firmware" }, /fa 00 fd 00 $/);
  expect(text).toContain("Platform Name             : ucbbar,spike-bare,qemu");
  expect(text).toContain("Platform Console Device   : htif");
  expect(text).toMatch(/\+00 13 00 02 .*fa 00 fd 00 $/);
});

it("says what it has not", async () => {
  const { bios: _, ...without } = { bios: "" };
  await expect(run(program(0, 8), "", { ...without, bios: "default" })).rejects.toThrow(
    "machine type 'spike' has no firmware of its own: give -bios none",
  );
});

it.skipIf(!existsSync(QEMU))(`does what QEMU's does (skipped without ${QEMU}, package qemu-system-misc)`, () => {
  const folder = temporaryFolder();
  try {
    // It has no system calls, and takes what is typed early for an answer to something else.
    writeFileSync(folder.file("program"), program(42, 4096, 0));
    const { stdout, status } = spawnSync(
      QEMU,
      [
        ...["-M", "spike", "-bios", "none", "-kernel", folder.file("program")],
        ...["-display", "none", "-monitor", "none", "-serial", "stdio"],
      ],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect([stdout, status]).toEqual(["hello A", 42]);
  } finally {
    folder.remove();
  }
});
