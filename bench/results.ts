// What the rounds gave: figures by benchmark, emulator and round, and what is made of them.

import type { Figure } from "./engine.js";

export interface Round {
  /** By the emulator's name: milliseconds to GUEST-READY. */
  ready: Record<string, number>;
  /** By benchmark, then by the emulator's name. */
  figures: Record<string, Record<string, Figure>>;
  /** What did not work. */
  failures: string[];
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, min: sorted[0]!, max: sorted[sorted.length - 1]! };
}

/** The figures of one benchmark in one emulator, a round without one left out. */
export function figures(rounds: readonly Round[], benchmark: string, emulator: string): Figure[] {
  return rounds.flatMap((round) => round.figures[benchmark]?.[emulator] ?? []);
}

/** One emulator's figure over the other's, round by round: what disturbs the host disturbs both figures of a round. */
export function ratios(rounds: readonly Round[], benchmark: string, over: string, under: string): number[] {
  return rounds.flatMap((round) => {
    const a = round.figures[benchmark]?.[over];
    const b = round.figures[benchmark]?.[under];
    return a && b ? [a.value / b.value] : [];
  });
}

/** Boot times, one emulator's over the other's: below 1 is faster. */
export function bootRatios(rounds: readonly Round[], over: string, under: string): number[] {
  return rounds.flatMap(({ ready }) => {
    const a = ready[over];
    const b = ready[under];
    return a !== undefined && b !== undefined ? [a / b] : [];
  });
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Benchmarks of dispersed code have bounds of their own and stay out of the mean. */
export function inMean(benchmark: string): boolean {
  return !benchmark.startsWith("dispersed");
}

/** What is wrong or doubtful about the figures, one sentence each. */
export function doubts(rounds: readonly Round[], benchmarks: readonly string[]): string[] {
  const found: string[] = [];
  rounds.forEach((round, k) => {
    for (const failure of round.failures) {
      const [what, ...console] = failure.split("\n");
      const panic = console.find((line) => line.includes("Kernel panic"));
      found.push(`round ${k + 1}: ${what}${panic ? ` (${panic})` : ""}`);
    }
    for (const benchmark of benchmarks) {
      const all = Object.entries(round.figures[benchmark] ?? {});
      for (const [emulator, figure] of all) {
        if (figure.wrong) found.push(`round ${k + 1}: WRONG-RESULT of ${benchmark} in ${emulator}`);
        if (figure.load !== undefined && figure.load < STARVED) {
          const share = `${(100 * figure.load).toFixed(0)} %`;
          found.push(`round ${k + 1}: ${benchmark} in ${emulator} had only ${share} of a CPU, the host was busy`);
        }
      }
      if (new Set(all.map(([, figure]) => figure.sum)).size > 1)
        found.push(`round ${k + 1}: WRONG-RESULT, the checksums of ${benchmark} differ`);
    }
  });
  return found;
}

const STARVED = 0.85;
