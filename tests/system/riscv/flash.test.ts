// Flashes: U-Boot programs one, whose drive keeps that; EDK2 runs in one, keeps its variables in the other, and starts Linux by the
// kernel's EFI stub.

import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Emulator } from "../../../testing/emulator.js";
import { PROMPT, RISCV_GUEST, temporaryFolder } from "../../../testing/guest.js";
import { program } from "../../../testing/programs.js";
import { EDK2, haveLaterFirmware, uBoot } from "../../../testing/riscv/firmware.js";

const BOOT = 240_000;
const FLASH_BYTES = 32 << 20;

let folder: ReturnType<typeof temporaryFolder>;
let emulator: Emulator | undefined;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  emulator?.close();
  folder.remove();
});

it("U-Boot erases and programs the second flash", async () => {
  program("uBootRiscv");
  const file = folder.file("flash");
  writeFileSync(file, "");
  truncateSync(file, FLASH_BYTES);
  emulator = Emulator.riscv([
    ...["-nographic", "-bios", uBoot("machine", "u-boot.bin")],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${file}`],
  ]);
  await emulator.waitFor("Hit any key", BOOT);
  emulator.type("\n");
  let at = await emulator.waitFor("=> ", BOOT);
  for (const command of [
    "mw.l 0x84000000 0x12345678 4",
    "protect off 0x22000000 0x2203ffff",
    "erase 0x22000000 0x2203ffff",
    "cp.b 0x84000000 0x22000000 10",
  ]) {
    emulator.type(`${command}\n`);
    // Behind the echo: there are two prompts at first.
    at = await emulator.waitFor("=> ", BOOT, await emulator.waitFor(command, BOOT, at));
  }
  emulator.type("md.l 0x22000000 5\n");
  await emulator.waitFor("22000000: 12345678 12345678 12345678 12345678", BOOT, at);
  at = await emulator.waitFor("22000010: ffffffff", BOOT, at);
  // A command that is not done yet takes a key for a wish to end it.
  await emulator.waitFor("=> ", BOOT, at);
  emulator.type("poweroff\n");
  expect((await emulator.end(BOOT)).status).toBe(0);
  const bytes = readFileSync(file);
  expect(bytes.subarray(0, 20).toString("hex")).toBe(`${"78563412".repeat(4)}ffffffff`);
  expect(bytes.length).toBe(FLASH_BYTES);
});

const there = haveLaterFirmware() && existsSync(join(RISCV_GUEST, "guest.json"));

it.skipIf(!there)(`EDK2 starts Linux by its EFI stub (skipped without ${EDK2.code} and ${RISCV_GUEST})`, async () => {
  copyFileSync(EDK2.variables, folder.file("variables"));
  emulator = Emulator.riscv([
    ...["-nographic", "-m", "512M"],
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${EDK2.code}`],
    ...["-drive", `if=pflash,format=raw,file=${folder.file("variables")}`],
    ...["-kernel", join(RISCV_GUEST, "Image"), "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", "console=ttyS0 TERM=dumb"],
  ]);
  await emulator.waitFor(PROMPT, BOOT);
  expect(emulator.out).toMatch(/efi: EFI v2\.\d+ by /);
  emulator.type("poweroff -f\n");
  const { status, error } = await emulator.end(BOOT);
  expect([status, error]).toEqual([0, ""]);
  expect(readFileSync(folder.file("variables")).equals(readFileSync(EDK2.variables))).toBe(false);
});
