// Mixed work in one guest for minutes: every benchmark in turn, over and over. Is any slower at the end than at its start, and
// does the emulator's memory grow?

import type { Emulator, Figure, Memory } from "./engine.js";
import { spread } from "./results.js";

export interface Turn {
  /** Minutes since the prompt, and the memory at the end, where that can be told. */
  minutes: number;
  memory: Memory | undefined;
  figures: Record<string, Figure>;
}

/** Runs the benchmarks for `seconds` each until the minutes are over; there are two turns at least. */
export async function soak(
  emulator: Emulator,
  benchmarks: readonly string[],
  minutes: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Turn[]> {
  const session = await emulator.boot();
  const begun = performance.now();
  const passed = () => (performance.now() - begun) / 60_000;
  const turns: Turn[] = [];
  try {
    while (turns.length < 2 || passed() < minutes) {
      const turn: Turn = { minutes: passed(), memory: undefined, figures: {} };
      for (const benchmark of benchmarks) turn.figures[benchmark] = await session.run(benchmark, seconds);
      turn.memory = session.memory?.();
      turns.push(turn);
      const { resident = Number.NaN, emulator = Number.NaN } = turn.memory ?? {};
      say(
        `  ${passed().toFixed(1)} of ${minutes} minutes: ${resident.toFixed(0)} MB, ${emulator.toFixed(0)} without the guest's`,
      );
    }
  } finally {
    await session.close();
  }
  return turns;
}

/** Lines of a table: each benchmark's first and last figures, and the better one of each half of the time, which noise disturbs less. */
export function soakTable(turns: readonly Turn[], benchmarks: readonly string[]): string[] {
  const lines = ["              first       last   last/first   best of 2nd half / best of 1st half"];
  const half = turns.length >> 1;
  for (const name of benchmarks) {
    const values = turns.map((turn) => turn.figures[name]!.value);
    const first = values[0]!;
    const last = values[values.length - 1]!;
    const best = (part: readonly number[]) => spread(part)!.max;
    const ratio = best(values.slice(half)) / best(values.slice(0, half));
    const cells = [first.toPrecision(4).padStart(10), last.toPrecision(4).padStart(10), (last / first).toFixed(2)];
    lines.push(`${name.padEnd(12)} ${cells.join(" ").padEnd(34)} ${ratio.toFixed(2)}`);
  }
  const memory = (which: keyof Memory) => turns.map((turn) => turn.memory?.[which].toFixed(0) ?? "?").join(" ");
  const wrong = benchmarks.filter((name) => turns.some((turn) => turn.figures[name]!.wrong));
  lines.push(`memory after each turn, MB: ${memory("resident")}`);
  lines.push(`without the guest's memory: ${memory("emulator")}`, `wrong results: ${wrong.join(", ") || "none"}`);
  return lines;
}
