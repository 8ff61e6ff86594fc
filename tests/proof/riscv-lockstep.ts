// As lockstep.ts, for riscv64's `virt`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { RISCV_GUEST } from "../../testing/guest.js";
import { differenceText, firstDifference, type Lockstep, reference } from "../../testing/lockstep/lockstep.js";
import { Random } from "../../testing/random.js";
import setupGuest from "../../testing/setup-guest.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const INSTRUCTIONS = 300_000_000;

/** The hart, RAM, the kernel's ways and when regions are made. */
function machine(random: Random): Lockstep {
  const cpus = ["rv64", "max", "rva22s64", "rv64,sstc=off", "rv64,svadu=off", "rv64,zba=off,zbb=off,zbs=off"];
  const options = [
    ...["-m", random.pick(["128M", "200M", "256M"]), "-cpu", random.pick(cpus)],
    ...["-icount", `shift=${random.pick([1, 3, 6])},sleep=off`, "-seed", String(random.u32())],
    ...["-kernel", join(RISCV_GUEST, "Image"), "-initrd", join(RISCV_GUEST, "initrd")],
    ...["-append", `console=ttyS0 ${random.pick(["", "nokaslr", "no4lvl", "no5lvl"])}`],
  ];
  const hot = random.pick([20, 50, 200, 1000]);
  const looks = { step: 1_000_000, memoryStep: 50_000_000 };
  return { guest: "riscv64", machine: options, ...looks, hot, batch: random.below(4) === 0 };
}

export const proof: Proof = {
  name: "riscv-lockstep",
  proves:
    "both tiers leave the same hart and the same RAM, every million instructions of 300 million of a riscv64 Linux boot",
  total: 50,
  batch: 1,
  sample: 1,
  missing: () => (existsSync(join(RISCV_GUEST, "guest.json")) ? undefined : `there is no guest in ${RISCV_GUEST}`),
  prepare: setupGuest,
  async run(seed, first) {
    const run = machine(new Random(caseSeed(seed, first)));
    const { digests } = await reference(run, INSTRUCTIONS);
    const { at, made, detail } = await firstDifference(run, digests, INSTRUCTIONS);
    if (at === undefined && digests.size === INSTRUCTIONS / run.step) return [];
    const options = run.machine.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(" ");
    const what = `case ${first} (hot ${run.hot}${run.batch ? ", batch" : ""}; ${options})`;
    if (at === undefined) return [`${what}: ended after ${digests.size} steps`];
    return [[`${what}: ${made} regions`, ...(await differenceText(run, at, detail))].join("\n")];
  },
};
