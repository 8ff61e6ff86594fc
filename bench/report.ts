// The tables: for the terminal, and as Markdown for docs/performance.md.

import { bootRatios, figures, geometricMean, inMean, type Round, ratios, type Spread, spread } from "./results.js";

export interface Comparison {
  over: string;
  under: string;
}

export interface Report {
  benchmarks: readonly string[];
  emulators: readonly string[];
  /** Whose figures are divided by whose. */
  compared: readonly Comparison[];
  rounds: readonly Round[];
}

/** Rows of cells; the first row is the heading. */
export function table({ benchmarks, emulators, compared, rounds }: Report): string[][] {
  const heading = ["", "unit", ...emulators, ...compared.map(({ over, under }) => `${over} / ${under}`)];
  const rows = [[...heading, ...emulators.map((name) => `cold ${name}`)]];
  rows.push([
    ...["boot", "s"],
    ...emulators.map((name) => {
      const times = spread(rounds.flatMap((round) => round.ready[name] ?? []));
      return times ? (times.median / 1000).toFixed(2) : "-";
    }),
    ...compared.map(({ over, under }) => ratio(spread(bootRatios(rounds, over, under)))),
    ...emulators.map(() => ""),
  ]);
  for (const benchmark of benchmarks) {
    const of = emulators.map((name) => figures(rounds, benchmark, name));
    const unit = of.find((list) => list.length > 0)?.[0]?.unit ?? "";
    rows.push([
      ...[benchmark, unit],
      ...of.map((list) => number(spread(list.map((figure) => figure.value))?.median)),
      ...compared.map(({ over, under }) => ratio(spread(ratios(rounds, benchmark, over, under)))),
      ...of.map((list) => spread(list.map((figure) => figure.cold))?.median.toFixed(1) ?? "-"),
    ]);
  }
  if (compared.length > 0) {
    rows.push([
      ...["geometric mean", ""],
      ...emulators.map(() => ""),
      ...compared.map(({ over, under }) => mean(benchmarks, rounds, over, under)),
      ...emulators.map(() => ""),
    ]);
  }
  return rows;
}

/** Of the medians; its spread is that of the rounds' own means. */
function mean(benchmarks: readonly string[], rounds: readonly Round[], over: string, under: string): string {
  const counted = benchmarks.filter(inMean);
  const medians = counted.flatMap((name) => spread(ratios(rounds, name, over, under))?.median ?? []);
  if (medians.length === 0) return "-";
  const each = rounds
    .map((round) => counted.flatMap((name) => ratios([round], name, over, under)))
    .filter((list) => list.length === medians.length)
    .map(geometricMean);
  const all = spread(each);
  return ratio({ min: NaN, max: NaN, ...all, median: geometricMean(medians) });
}

function ratio(value: Spread | undefined): string {
  if (!value) return "-";
  const range = Number.isNaN(value.min) ? "" : ` (${value.min.toFixed(2)}..${value.max.toFixed(2)})`;
  return `${value.median.toFixed(2)}${range}`;
}

/** Three digits and a magnitude. */
function number(value: number | undefined): string {
  if (value === undefined) return "-";
  const [scaled, unit] = value >= 1e6 ? [value / 1e6, " M"] : value >= 1e4 ? [value / 1e3, " k"] : [value, ""];
  return `${scaled >= 1000 ? scaled.toFixed(0) : Number(scaled.toPrecision(3)).toString()}${unit}`;
}

export function text(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, k) => (k < 2 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

export function markdown(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const rule = line(rows[0]!.map((_, k) => (k < 2 ? "---" : "---:")));
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}
