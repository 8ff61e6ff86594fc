import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assemble } from "./assembler.js";
import { makeSbi } from "./firmware.js";
import { NUMBERS } from "./layout.js";
import { PAYLOAD, payloadOutput } from "./payload.js";

const QEMU = "/usr/bin/qemu-system-riscv64";
const RAM = 0x8000_0000;
const MIB = 1 << 20;

const words = (source: string, origin = 0, constants = {}): string[] => {
  const { bytes } = assemble(source, origin, constants);
  return [...new Uint32Array(bytes.buffer)].map((word) => word.toString(16).padStart(8, "0"));
};

describe("the assembler", () => {
  it("encodes as the specification says", () => {
    for (const [source, word] of [
      ["addi sp, sp, -16", "ff010113"],
      ["sd ra, 8(sp)", "00113423"],
      ["ld ra, 8(sp)", "00813083"],
      ["lw a5, -20(s0)", "fec42783"],
      ["add a0, a0, a1", "00b50533"],
      ["sub a0, a0, a1", "40b50533"],
      ["slli t0, t0, 63", "03f29293"],
      ["srli t0, t0, 1", "0012d293"],
      ["ret", "00008067"],
      ["csrr a0, mhartid", "f1402573"],
      ["csrw mtvec, t0", "30529073"],
      ["csrsi mie, 8", "30446073"],
      ["csrrw tp, mscratch, tp", "34021273"],
      ["amoswap.w t1, zero, (t0)", "0802a32f"],
      ["amoor.w zero, s0, (t5)", "408f202f"],
      ["sfence.vma zero, zero", "12000073"],
      ["mret", "30200073"],
      ["wfi", "10500073"],
      ["nop", "00000013"],
      ["here: j here", "0000006f"],
    ] as const) {
      expect(words(source)).toEqual([word]);
    }
  });

  it("reaches labels in both directions, and numbers of 32 bits", () => {
    expect(words("a: beqz t0, b\n nop\nb: bnez t0, a", 0x8000_0000)).toEqual(["00028463", "00000013", "fe029ce3"]);
    expect(words("a: nop\n j a\n call b\nb: ret", 0x8000_0000)).toEqual([
      "00000013",
      "ffdff06f",
      "004000ef",
      "00008067",
    ]);
    expect(words("li t0, 0x12345fff")).toEqual(["123462b7", "fff2829b"]);
    expect(words("li t0, N", 0, { N: -1 })).toEqual(["000002b7", "fff2829b"]);
    expect(words("la t0, x\n .align 8\nx: .dword x", 0x8000_0000)).toEqual([
      "00000297",
      "00828293",
      "80000008",
      "00000000",
    ]);
  });

  it("says what it does not understand, with the line", () => {
    for (const [source, message] of [
      ["frob t0", "frob t0: there is no instruction 'frob' here"],
      ["mv t0, q9", "mv t0, q9: there is no register 'q9'"],
      ["csrw nothing, t0", "there is no control register 'nothing' here"],
      ["j nowhere", "'nowhere' is no number and no name"],
      ["addi t0, t0, 4096", "4096 does not fit into 12 bits"],
      ["li t0, 0x80000000", "2147483648 does not fit into 32 bits"],
      ["lw t0, t1", "'t1' is no place in memory"],
      ["a: nop\na: nop", "label a stands twice"],
    ] as const) {
      expect(() => assemble(source, 0)).toThrow(message);
    }
  });
});

function sbi(harts: number): Uint8Array {
  const board = { uart: 0x1000_0000, finisher: 0x10_0000, msip: 0x200_0000, mtimecmp: 0x200_4000 };
  return makeSbi({ address: RAM, ramEnd: RAM + 128 * MIB, next: RAM + 2 * MIB, harts, ...board });
}

describe("the firmware", () => {
  it("is small, and grows by a scratch area for each hart", () => {
    expect(sbi(1).length).toBeLessThan(4096);
    expect(sbi(8).length - sbi(1).length).toBe(7 * 256);
  });

  // Where it runs on our own machine, tests/system has the same output.
  describe.skipIf(!existsSync(QEMU))(`on QEMU (skipped without ${QEMU}, package qemu-system-misc)`, () => {
    function run(harts: number, reason = 0) {
      const folder = mkdtempSync(join(tmpdir(), "sbi-"));
      try {
        const payload = assemble(PAYLOAD, RAM + 2 * MIB, { ...NUMBERS, SECOND: harts - 1, REASON: reason }).bytes;
        writeFileSync(join(folder, "sbi.bin"), sbi(harts));
        writeFileSync(join(folder, "payload.bin"), payload);
        const files = ["-bios", join(folder, "sbi.bin"), "-kernel", join(folder, "payload.bin")];
        const machine = ["-M", "virt", "-m", "128", "-smp", `${harts}`, "-nographic", "-no-reboot", "-nodefaults"];
        return spawnSync(QEMU, [...machine, "-serial", "stdio", ...files], { timeout: 60_000, encoding: "utf8" });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }

    it("does what each call says, for one hart and for two, and powers off", { timeout: 150_000 }, () => {
      for (const harts of [1, 2]) {
        expect(run(harts)).toMatchObject({ stdout: payloadOutput(harts), stderr: "", status: 0 });
      }
    });

    it("leaves with a failure when that is the reason", { timeout: 150_000 }, () => {
      expect(run(1, 1).status).toBe(1);
    });

    it("is a version that runs", () => {
      expect(execFileSync(QEMU, ["--version"], { encoding: "utf8" })).toContain("QEMU");
    });
  });
});
