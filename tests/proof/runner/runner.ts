// Runs a proof batch by batch. What is done is on the disk after each, so that a run that was killed goes on where it was.

import type { Proof } from "./proof.js";
import { KEPT, type Places, type Progress, readProgress, writeProgress, writeResult } from "./record.js";

export interface RunOptions {
  /** Cases in all; default: the proof's total. */
  count?: number;
  /** Default: that of the unfinished run of this commit, or `newSeed`. */
  seed?: number;
  newSeed: number;
  commit: string;
  places: Places;
  say: (line: string) => void;
}

/** Runs what is left of a proof and writes its result. */
export async function runProof(proof: Proof, options: RunOptions): Promise<Progress & { file: string }> {
  const { places, say } = options;
  const count = options.count ?? proof.total;
  const progress = beginning(proof, options, count);
  const { seed } = progress;
  say(`${proof.name}: seed ${seed}, ${count} cases${progress.done > 0 ? `, ${progress.done} of them done` : ""}`);
  await proof.prepare?.();
  const started = Date.now();
  const before = progress.done;
  while (progress.done < count) {
    const next = Math.min(proof.batch, count - progress.done);
    const failures = await proof.run(seed, progress.done, next);
    for (const failure of failures) say(`failed: ${failure}`);
    progress.failed += failures.length;
    progress.failures.push(...failures.slice(0, KEPT - progress.failures.length));
    progress.done += next;
    writeProgress(places, progress);
    const seconds = (Date.now() - started) / 1000;
    const left = ((count - progress.done) * seconds) / (progress.done - before);
    say(`${progress.done} of ${count}, ${progress.failed} failed, ${duration(left)} left`);
  }
  const file = writeResult(places, proof.proves, progress);
  writeProgress(places, { ...progress, ended: true });
  return { ...progress, file };
}

/** An unfinished run of the same seed and commit goes on; where it has come further than was asked for, that is what is recorded. */
function beginning(proof: Proof, options: RunOptions, count: number): Progress {
  const { commit, places, seed } = options;
  const last = readProgress(places, proof.name);
  const same = seed === undefined ? !last?.ended : last?.seed === seed && last.done <= count;
  if (last?.commit === commit && same) return { ...last, ended: undefined };
  return { proof: proof.name, seed: seed ?? options.newSeed, done: 0, failed: 0, failures: [], commit };
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
