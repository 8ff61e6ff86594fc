// npm run proof -- NAME [--count N] [--seed S]: runs a proof, on from where it was when it was killed, and writes its result to
// docs/proof/NAME.json. Without a name: what proofs there are.

import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commitOf } from "../../../testing/commit.js";
import { loadProof, proofNames } from "./proof.js";
import { runProof } from "./runner.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

function whole(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${option} ${text}: a number is needed`);
  return value;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { count: { type: "string" }, seed: { type: "string" } },
    allowPositionals: true,
  });
  const [name, ...more] = positionals;
  if (more.length > 0) throw new Error(`one proof at a time, not also ${more.join(", ")}`);
  const [count, seed] = [whole("count", values.count), whole("seed", values.seed)];
  if (name === undefined) {
    for (const each of proofNames()) {
      const { proves, total } = await loadProof(each);
      console.log(`${each} (${total} cases): ${proves}`);
    }
    return 0;
  }
  const proof = await loadProof(name);
  const missing = proof.missing?.();
  if (missing !== undefined) throw new Error(`${name} cannot be proved on this host: ${missing}`);
  const result = await runProof(proof, {
    ...(count === undefined ? {} : { count }),
    ...(seed === undefined ? {} : { seed }),
    newSeed: randomInt(0x7fffffff),
    commit: commitOf(ROOT),
    places: { state: `${ROOT}build/proof`, results: `${ROOT}docs/proof` },
    say: (line) => console.error(line),
  });
  console.log(`${name}: ${result.done} cases, seed ${result.seed}: ${result.failed} failed (${result.file})`);
  return result.failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`proof: ${(error as Error).message}`);
  process.exitCode = 1;
}
