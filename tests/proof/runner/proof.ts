// What a proof is: something shown by a count of cases too large for `npm test`, which runs a sample of each. A proof is one
// module in tests/proof/ that exports `proof`; nothing else has to name it.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export { caseSeed } from "../../../testing/random.js";

export interface Proof {
  /** As its file is called. */
  readonly name: string;
  /** One sentence: what holds when no case fails. */
  readonly proves: string;
  /** Cases of the whole proof. */
  readonly total: number;
  /** Cases of one call of run(): some seconds' work, which is what a killed run loses. */
  readonly batch: number;
  /** Cases that `npm test` runs: few enough for half a minute; 0 where one takes longer. */
  readonly sample: number;
  /** Why it cannot be had on this host. */
  missing?(): string | undefined;
  /** Builds what the cases need. Quick where it is there. */
  prepare?(): void | Promise<void>;
  /**
   * Runs the cases [first, first + count) of `seed`; gives a text for each that failed. What a case is depends on `seed` and on
   * its number alone (or on that of its batch). Throws when the test itself is broken.
   */
  run(seed: number, first: number, count: number): readonly string[] | Promise<readonly string[]>;
}

const FOLDER = new URL("../", import.meta.url);

export function proofNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** Throws a sentence when there is no proof of that name. */
export async function loadProof(name: string): Promise<Proof> {
  const names = proofNames();
  if (!names.includes(name)) throw new Error(`there is no proof '${name}', but ${names.join(", ")}`);
  const { proof } = (await import(/* @vite-ignore */ fileURLToPath(new URL(`${name}.ts`, FOLDER)))) as { proof: Proof };
  if (proof.name !== name) throw new Error(`tests/proof/${name}.ts calls its proof '${proof.name}'`);
  return proof;
}
