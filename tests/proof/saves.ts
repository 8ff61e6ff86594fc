// A machine that is stopped at a random instruction, saved, and loaded and settled into a new one, goes on as one that was never saved.

import { GUEST, INITRD, KERNEL } from "../../testing/guest.js";
import { Random } from "../../testing/random.js";
import { machineSaves, saveFailures } from "../../testing/saves.js";
import setupGuest from "../../testing/setup-guest.js";
import { caseSeed, type Proof } from "./runner/proof.js";

/** The boot, to the shell that waits, takes some 120 million. */
const LAST = 150_000_000;
/** From a save to the look at both machines. */
const FURTHER = 30_000_000;

function machine(random: Random): string[] {
  return [
    ...["-serial", "null", "-m", random.pick(["128M", "256M"]), "-cpu", random.pick(["max", "qemu64"])],
    ...["-seed", String(random.u32())],
    ...["-kernel", KERNEL, "-initrd", INITRD],
    ...["-append", `console=ttyS0 ${random.pick(["", "nokaslr", "hpet=disable", "noapic", "tsc=unstable"])}`],
    ...(random.below(2) === 0 ? ["-device", "virtio-rng-pci"] : []),
    ...(random.below(2) === 0 ? ["-drive", `file=${GUEST}/rootfs.bin,format=raw,if=virtio,snapshot=on`] : []),
  ];
}

export const proof: Proof = {
  name: "saves",
  proves:
    "a Linux boot saved at a random instruction and gone on with in a new machine leaves the state of one never saved",
  total: 20,
  batch: 1,
  sample: 1,
  prepare: setupGuest,
  async run(seed, first) {
    const random = new Random(caseSeed(seed, first));
    const options = machine(random);
    const at = 1_000_000 + random.below(LAST);
    return saveFailures(machineSaves(options), at, at + FURTHER, `case ${first}: ${options.join(" ")}`);
  },
};
