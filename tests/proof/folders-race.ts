// Directories and files of a shared folder swapped for symlinks that lead out of it, by a program of the host.

import { canShare } from "../../src/node/folder/folder.js";
import { race } from "../folders/race.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const MODELS = ["none", "mapped-file", "passthrough"] as const;

export const proof: Proof = {
  name: "folders-race",
  proves: "nothing outside of a shared folder is reached while its directories are swapped for symlinks",
  total: 600_000,
  batch: 2000,
  sample: 4000,
  missing: () => (canShare() ? undefined : "folders are shared on Linux"),
  async run(seed, first, count) {
    const model = MODELS[(first / 2000) % MODELS.length]!;
    const { done, refused, reached } = await race(caseSeed(seed, first), count, model);
    if (done === 0 || refused === 0) return [`rounds from ${first}: ${done} were done and ${refused} refused: no race`];
    return reached.map((what) => `rounds from ${first}, security_model=${model}: ${what}`);
  },
};
