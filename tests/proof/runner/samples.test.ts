// A sample of every proof: the first cases of a fresh seed. PROOF_SEED repeats one.

import { randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { loadProof, proofNames } from "./proof.js";

const SEED = Number(process.env.PROOF_SEED ?? randomInt(0x7fffffff));
const MINUTES = 60_000;

it.for(proofNames())("%s: a sample", { timeout: 10 * MINUTES }, async (name, { skip }) => {
  const proof = await loadProof(name);
  const missing = proof.missing?.();
  if (missing !== undefined) return skip(missing);
  if (proof.sample === 0) return skip(`one case takes minutes: npm run proof -- ${name}`);
  console.log(`tests/proof: ${name}, seed ${SEED}`);
  await proof.prepare?.();
  const failures = [];
  for (let first = 0; first < proof.sample; first += proof.batch)
    failures.push(...(await proof.run(SEED, first, Math.min(proof.batch, proof.sample - first))));
  expect(failures, `npm run proof -- ${name} --count ${proof.sample} --seed ${SEED}`).toEqual([]);
});
