// A process that runs cases: it says which one it begins and what is wrong with it. SEED FIRST COUNT.

import { writeSync } from "node:fs";
import { runCase } from "./case.js";

const [seed, first, count] = process.argv.slice(2).map(Number) as [number, number, number];
for (let number = first; number < first + count; number++) {
  writeSync(1, `${JSON.stringify({ number })}\n`);
  const failure = await runCase(seed, number);
  if (failure !== undefined) writeSync(1, `${JSON.stringify({ number, failure })}\n`);
}
writeSync(1, `${JSON.stringify({ done: true })}\n`);
