// A program of machine mode that makes calls of semihosting, in both tiers; QEMU's virt does the same.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { coreFile } from "../../src/arch/guest.js";
import { TestHost } from "../../src/machine/testing.js";
import { createModelled } from "../../src/machines/create/create.js";
import { RISCV_VIRT } from "../../src/machines/virt/riscv/model.js";
import { assemble } from "../../src/machines/virt/sbi/assembler.js";
import { machine as type } from "../../src/machines/virt/type.js";
import { defaultConfig, type MachineConfig, type SemihostingConfig } from "../../src/options/config.js";
import { temporaryFolder } from "../../testing/guest.js";
import { TIERS } from "../../testing/riscv/machine.js";

const RAM = 0x8000_0000;
const QEMU = "/usr/bin/qemu-system-riscv64";
const module = new WebAssembly.Module(readFileSync(new URL(`../../dist/${coreFile("riscv64")}`, import.meta.url)));

/** Says a text by SYS_WRITE0 and by a file, with READ what is typed, "B" at a breakpoint, its command line; leaves with status 42. */
const PROGRAM = `
start:
  la t0, breakpoint
  csrw mtvec, t0
  li s1, 3
again:
  li a0, 4
  la a1, text
  call host
  addi s1, s1, -1
  bnez s1, again
  li a0, 1
  la a1, open
  call host
  la a1, write
  sd a0, 0(a1)
  li a0, 5
  call host
  li t0, READ
  beqz t0, unread
  la a1, open
  sd zero, 8(a1)
  li a0, 1
  call host
  la a1, read
  sd a0, 0(a1)
  li a0, 6
  call host
  la a1, letter
  li a0, 3
  call host
unread:
  .word 0x00100073
  li a0, 0x15
  la a1, line
  call host
  li a0, 4
  la a1, buffer
  call host
  li a0, 0x20
  la a1, exit
  call host
stop:
  j stop
host:
  .word 0x01f01013
  .word 0x00100073
  .word 0x40705013
  ret
  .align 8
breakpoint:
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mv s0, ra
  li a0, 3
  la a1, b
  call host
  mv ra, s0
  mret
  .align 8
open:
  .dword console
  .dword 4
  .dword 3
write:
  .dword 0
  .dword text
  .dword 6
read:
  .dword 0
  .dword letter
  .dword 1
line:
  .dword buffer
  .dword 64
exit:
  .dword 0x20026
  .dword 42
text:
  .ascii "hello "
  .word 0
console:
  .ascii ":tt"
  .word 0
b:
  .ascii "B"
letter:
  .word 0
buffer:
  .space 64
`;

const program = (read: number): Uint8Array => assemble(PROGRAM, RAM, { READ: read }).bytes;

async function run(semihosting: SemihostingConfig | undefined, tier1?: (typeof TIERS)[number]["tier1"]) {
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  host.files.set("program", program(1));
  const config: MachineConfig = {
    ...defaultConfig(),
    guest: "riscv64",
    cpu: { model: "rv64", features: [], properties: {} } as unknown as MachineConfig["cpu"],
    machine: { type: "virt", properties: {} },
    ...{ ramSize: 16 << 20, bios: "none", kernel: "program", append: "one" },
    chardevs: [{ id: "console", kind: "stdio", mux: false, signal: false }],
    ...(semihosting ? { semihosting } : {}),
  };
  const machine = await createModelled(type, RISCV_VIRT, config, host, { module, ...(tier1 ? { tier1 } : {}) });
  const finished = machine.start();
  const console = host.chardevs.get("console")!;
  console.type("x");
  return { finished: await finished, text: console.text };
}

it.each(TIERS)("$name: says, reads, and leaves with its status", async ({ tier1 }) => {
  const { finished, text } = await run(
    { enabled: true, target: "auto", chardev: "console", user: false, args: [] },
    tier1,
  );
  expect([text, finished.status]).toEqual(["hello hello hello hello xBprogram one", 42]);
});

it("has files only on a host that gives them", async () => {
  await expect(run({ enabled: true, target: "native", user: false, args: [] })).rejects.toThrow(
    "target=native: this host gives a guest no files",
  );
});

it.skipIf(!existsSync(QEMU))(`does what QEMU does (skipped without ${QEMU}, package qemu-system-misc)`, () => {
  const folder = temporaryFolder();
  try {
    // 7.2 loses what it reads.
    writeFileSync(folder.file("program"), program(0));
    const { stdout, status } = spawnSync(
      QEMU,
      [
        ...["-M", "virt", "-bios", folder.file("program"), "-display", "none", "-monitor", "none", "-serial", "none"],
        ...["-chardev", "stdio,id=c", "-semihosting-config", "enable=on,chardev=c,arg=program,arg=one"],
      ],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect([stdout, status]).toEqual(["hello hello hello hello Bprogram one", 42]);
  } finally {
    folder.remove();
  }
});
