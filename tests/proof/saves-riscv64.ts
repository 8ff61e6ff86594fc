// As saves.ts, for riscv64's `virt`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { RISCV_GUEST } from "../../testing/guest.js";
import { Random } from "../../testing/random.js";
import { machineSaves, saveFailures } from "../../testing/saves.js";
import setupGuest from "../../testing/setup-guest.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** The boot, to the shell that waits, takes some 250 million. */
const LAST = 300_000_000;
/** From a save to the look at both machines. */
const FURTHER = 30_000_000;

function machine(random: Random): string[] {
  const disk = `file=${join(RISCV_GUEST, "rootfs.bin")},format=raw,snapshot=on`;
  const disks = [
    [],
    ["-drive", `if=virtio,${disk}`],
    ["-drive", `if=none,id=d,${disk}`, "-device", "virtio-blk-device,drive=d"],
  ];
  return [
    ...["-serial", "null", "-m", random.pick(["128M", "256M"]), "-seed", String(random.u32())],
    ...["-kernel", join(RISCV_GUEST, "Image"), "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", `console=ttyS0 ${random.pick(["", "nokaslr"])}`],
    ...(random.below(2) === 0 ? ["-device", "virtio-rng-pci"] : []),
    ...random.pick(disks),
  ];
}

export const proof: Proof = {
  name: "saves-riscv64",
  proves:
    "a riscv64 Linux boot saved at a random instruction and gone on with in a new machine leaves the state of one never saved",
  total: 20,
  batch: 1,
  sample: 1,
  missing: () => (existsSync(join(RISCV_GUEST, "guest.json")) ? undefined : `there is no guest in ${RISCV_GUEST}`),
  prepare: setupGuest,
  async run(seed, first) {
    const random = new Random(caseSeed(seed, first));
    const options = machine(random);
    const at = 1_000_000 + random.below(LAST);
    return saveFailures(machineSaves(options, "riscv64"), at, at + FURTHER, `case ${first}: ${options.join(" ")}`);
  },
};
