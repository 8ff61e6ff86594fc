// Operations of all kinds in folders shared by 9p, beside the host's own file system.

import setupGuest from "../../testing/setup-guest.js";
import { exercise, noExerciser } from "../folders/exercise.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const OPERATIONS = 4000;
const WAYS = [
  { cache: "mmap", backend: "memory" },
  { cache: "mmap", backend: "mapped-file" },
  { cache: "loose", backend: "passthrough" },
  { cache: "mmap", backend: "none" },
] as const;

export const proof: Proof = {
  name: "folders-9p",
  proves: `what a guest does in a folder shared by 9p, in memory or the host's, comes out as on the host's own file system, ${OPERATIONS} operations each`,
  total: 1000,
  batch: 1,
  sample: 1,
  missing: noExerciser,
  prepare: setupGuest,
  async run(seed, first) {
    const way = WAYS[first % WAYS.length]!;
    const wrong = await exercise({ protocol: "9p", ...way, seed: caseSeed(seed, first), operations: OPERATIONS });
    return wrong ? [`case ${first}, ${JSON.stringify(way)}, seed ${caseSeed(seed, first)}: ${wrong}`] : [];
  },
};
