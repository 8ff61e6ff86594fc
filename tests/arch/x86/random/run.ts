// npm run differential -- --cases N: random instructions on random operands, natively and in both tiers.
// Options: --seed S, --tier 0|1|both, --only REGEX (of mnemonics), --sets N operand sets an encoding, --show N differences.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { differential, type TierSummary } from "./differential.js";
import { NativeLoops } from "./native.js";

const TIERS: Record<string, readonly (0 | 1)[]> = { "0": [0], "1": [1], both: [0, 1] };
/** Milliseconds between two lines of progress. */
const PROGRESS = 2000;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(randomInt(0x7fffffff)) },
    tier: { type: "string", default: "both" },
    only: { type: "string", default: "" },
    sets: { type: "string", default: "250" },
    show: { type: "string", default: "20" },
  },
});

function number(name: "cases" | "seed" | "sets" | "show"): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} ${values[name]}: a number is needed`);
  return value;
}

function describe(tier: TierSummary): string {
  const { cases, seconds, differences, byVendor, leftOut } = tier;
  const vendors = leftOut > 0 ? `${leftOut} left out, for nobody knows` : `${byVendor} compared with`;
  const text =
    `tier ${tier.tier}: ${cases} cases in ${seconds.toFixed(1)} s, ${differences} differences (on ${byVendor + leftOut} ` +
    `vendors differ: ${vendors} what this host's vendor does)`;
  if (tier.tier === 0) return text;
  const left = [...tier.leftToTier0].filter(([, n]) => 2 * n.left > n.encodings).map(([name]) => name);
  return (
    `${text}; regions executed ${(100 * tier.inRegions).toFixed(1)} % of all instructions, and of every mnemonic most ` +
    `encodings${left.length > 0 ? ` but of ${left.sort().join(" ")}` : ""}`
  );
}

function main(): number {
  const tiers = TIERS[values.tier];
  if (!tiers) throw new Error(`--tier ${values.tier}: 0, 1 or both`);
  const options = { cases: number("cases"), sets: number("sets"), seed: number("seed"), show: number("show") };
  const { seed } = options;
  const native = NativeLoops.open();
  if (!native) throw new Error("no x86-64 Linux with a C compiler here");
  console.error(`seed ${seed}`);
  let told = Date.now();
  const progress = (done: number, seconds: number) => {
    if (Date.now() - told < PROGRESS) return;
    told = Date.now();
    console.error(`${done} cases, ${Math.round(done / seconds)} a second, ${Math.round(seconds)} s`);
  };
  try {
    const summary = differential(native, { ...options, tiers, only: new RegExp(values.only), progress });
    const again = `npm run differential -- --seed ${seed} --cases ${options.cases} --sets ${options.sets}`;
    for (const text of summary.messages) console.log(`${text}\n  again: ${again}`);
    for (const text of summary.faulted) console.log(`not compared, for it faults: ${text}`);
    for (const tier of summary.tiers) console.log(describe(tier));
    const differences = summary.tiers.reduce((sum, tier) => sum + tier.differences, 0);
    const cases = summary.tiers.map((tier) => `${tier.cases} cases in tier ${tier.tier}`).join(", ");
    console.log(
      `seed ${seed}: ${summary.encodings} encodings of ${summary.mnemonics.size} mnemonics, ${cases}: ` +
        `${differences} differences`,
    );
    return differences > 0 || summary.faulted.length > 0 ? 1 : 0;
  } finally {
    native.close();
  }
}

process.exitCode = main();
