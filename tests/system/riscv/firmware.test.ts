// Firmware of others in machine mode: OpenSBI boots Linux, U-Boot comes to its prompt.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { PROMPT, RISCV_GUEST } from "../../../testing/guest.js";
import { program } from "../../../testing/programs.js";
import { haveLaterFirmware, laterOpensbi, opensbi, uBoot } from "../../../testing/riscv/firmware.js";

const BOOT = 240_000;

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

describe.skipIf(!existsSync(join(RISCV_GUEST, "guest.json")))(`OpenSBI (skipped without ${RISCV_GUEST})`, () => {
  beforeAll(() => void program("opensbi"));

  const boots = async (firmware: string): Promise<string> => {
    emulator = Emulator.riscv([
      ...["-nographic", "-m", "256M", "-bios", firmware, "-kernel", join(RISCV_GUEST, "Image")],
      ...["-initrd", join(RISCV_GUEST, "initrd"), "-append", "console=ttyS0 TERM=dumb"],
    ]);
    await emulator.waitFor(PROMPT, BOOT);
    emulator.type("poweroff -f\n");
    const { status, out } = await emulator.end(BOOT);
    expect(status).toBe(0);
    return out;
  };

  it("fw_jump of this host's release boots Linux", async () => {
    const out = await boots(opensbi("fw_jump.elf"));
    expect(out).toMatch(/OpenSBI v1\.\d/);
    expect(out).toMatch(/SBI implementation ID=0x1 /);
  });

  // Its ELF files are position-independent, which QEMU takes for files that want to be at 0.
  it.skipIf(!haveLaterFirmware()).each(["fw_dynamic.bin", "fw_jump.elf"])(
    "%s of trixie boots Linux (skipped where that release cannot be reached)",
    async (name) => {
      const out = await boots(laterOpensbi(name));
      expect(out).toMatch(/OpenSBI v1\.6/);
      expect(out).toMatch(/SBI implementation ID=0x1 /);
    },
  );
});

describe("U-Boot", () => {
  beforeAll(() => void program("uBootRiscv"));

  const prompts = async (...args: string[]): Promise<Emulator> => {
    emulator = Emulator.riscv(["-nographic", ...args]);
    await emulator.waitFor("Hit any key", BOOT);
    emulator.type("\n");
    await emulator.waitFor("=> ", BOOT);
    return emulator;
  };

  it("comes to its prompt in machine mode, and powers off", async () => {
    const { out } = await prompts("-bios", uBoot("machine", "u-boot.bin"));
    expect(out).toMatch(/U-Boot 20\d\d\.\d\d/);
    expect(out).toMatch(/Model: riscv-virtio,qemu/);
    emulator!.type("poweroff\n");
    expect((await emulator!.end(BOOT)).status).toBe(0);
  });

  it("as an ELF file comes to its prompt on the built-in SBI", async () => {
    const { out } = await prompts("-kernel", uBoot("supervisor", "uboot.elf"));
    expect(out).toMatch(/DRAM: +128 MiB/);
  });
});
