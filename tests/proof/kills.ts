// SIGKILL while the guest writes records with fsync, to a raw disk, to one in qcow2 and to ext4.

import { Random } from "../../testing/random.js";
import setupGuest from "../../testing/setup-guest.js";
import { KINDS, kill } from "../durability/kill.js";
import { caseSeed, type Proof } from "./runner/proof.js";

export const proof: Proof = {
  name: "kills",
  proves: `every record that a guest had flushed to ${KINDS.join(" or ")} is on its disk after kill -9`,
  total: 400,
  batch: 1,
  sample: 3,
  prepare: setupGuest,
  async run(seed, first) {
    const lost = await kill(new Random(caseSeed(seed, first)), KINDS[first % KINDS.length]!);
    return lost ? [`kill ${first}: ${lost}`] : [];
  },
};
