// Operations of all kinds in folders shared by virtio-fs, beside the host's own file system.

import { makeTrixieCloud } from "../../testing/trixie-cloud.js";
import { exercise, noExerciser } from "../folders/exercise.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const OPERATIONS = 4000;
const WAYS = [
  { cache: "auto", backend: "mapped-file" },
  { cache: "auto", backend: "memory" },
  { cache: "always", backend: "passthrough" },
  { cache: "auto", backend: "none" },
] as const;

export const proof: Proof = {
  name: "folders-virtiofs",
  proves: `what a guest does in a folder shared by virtio-fs, in memory or the host's, comes out as on the host's own file system, ${OPERATIONS} operations each`,
  total: 1000,
  batch: 1,
  sample: 1,
  missing: () => noExerciser() ?? makeTrixieCloud(),
  async run(seed, first) {
    const way = WAYS[first % WAYS.length]!;
    const wrong = await exercise({ protocol: "virtiofs", ...way, seed: caseSeed(seed, first), operations: OPERATIONS });
    return wrong ? [`case ${first}, ${JSON.stringify(way)}, seed ${caseSeed(seed, first)}: ${wrong}`] : [];
  },
};
