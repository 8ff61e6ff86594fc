// Programs that work in a shared folder: a C project is built, a repository cloned, 20,000 small files go through tar, a package is installed.

import setupGuest from "../../testing/setup-guest.js";
import { makeTrixieCloud } from "../../testing/trixie-cloud.js";
import { makeRoot, noRoot, WORKS, work } from "../folders/programs.js";
import type { Proof } from "./runner/proof.js";

const PROTOCOLS = ["virtiofs", "9p"] as const;

export const proof: Proof = {
  name: "folders-programs",
  proves: "make, git, tar and apt-get work in a folder shared by 9p and virtio-fs, and the host sees what they made",
  total: PROTOCOLS.length * WORKS.length,
  batch: 1,
  sample: 0,
  missing: () => noRoot() ?? makeTrixieCloud(),
  async prepare() {
    await setupGuest();
    makeRoot();
  },
  async run(_seed, first) {
    const wrong = await work(PROTOCOLS[first % 2]!, WORKS[Math.floor(first / 2)]!);
    return wrong ? [wrong] : [];
  },
};
