// Says where the time of a measured run went.

import * as U from "../src/tier0/uops.js";
import type { Blocks, HotRegion, Measured } from "./measured.js";

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const share = (part: number, whole: number): string => `${((100 * part) / (whole || 1)).toFixed(1)} %`;
const line = (name: string, text: string): void => console.log(`  ${name.padEnd(16)} ${text}`);

export function printProfile(m: Measured): void {
  if (m.boot !== undefined) line("machine made", `${seconds(m.create)} (kernel unpacked, core compiled)`);
  line(
    "time",
    `${seconds(m.boot ?? m.wall)}, CPU ${seconds(m.cpu)}, guest ${seconds(m.guestClock)}, asleep ${seconds(m.slept)}`,
  );
  line("memory", `${m.rss.toFixed(0)} MB resident`);
  printInstructions(m);
  printTranslation(m);
  printRegions(m);
  printDevices(m);
  line("run() returned", byCount(m.exits));
  line("counters", byCount(m.statistics));
  printHelpers(m);
  if (m.samples) printSamples(m.samples);
  if (m.hottest) printHottest(m.hottest);
  if (m.blocks) printBlocks(m.blocks);
}

function printInstructions({ instructions, statistics, wall, slept }: Measured): void {
  const inRegions = instructions - (statistics["t0 insns"] ?? 0);
  const entries = statistics["t1 entries"] ?? 0;
  const rate = (instructions / (wall - slept) / 1000).toFixed(0);
  line("instructions", `${millions(instructions)}, ${rate} M/s`);
  line("  tier 0", `${millions(instructions - inRegions)}, ${share(instructions - inRegions, instructions)}`);
  const each = (inRegions / (entries || 1)).toFixed(0);
  line(
    "  tier 1",
    `${millions(inRegions)}, ${share(inRegions, instructions)}; ${millions(entries)} entries, ${each} instructions each`,
  );
}

function printTranslation({ meters, translations, guestBytes, arena = 0 }: Measured): void {
  const { ms, calls } = meters.translate ?? { ms: 0, calls: 0 };
  const each = ((1000 * ms) / (calls || 1)).toFixed(1);
  line(
    "translation",
    `${seconds(ms)}, ${translations} blocks of ${guestBytes} bytes, ${each} us each; arena ${arena} bytes`,
  );
}

function printRegions({ meters, tier1, live = {} }: Measured): void {
  const ms = (name: string): number => meters[name]?.ms ?? 0;
  line("region making", `${seconds(ms("hot") + ms("maintain"))}`);
  const { made = 0, madeInsns = 0, madeBytes = 0, killed = 0, evicted = 0, consolidations = 0 } = tier1;
  const { calls = 0, bytes = 0 } = meters.compile ?? {};
  line("  select", `${seconds(ms("select"))} of ${meters.select?.calls ?? 0} regions`);
  line("  emit", `${seconds(ms("emit"))}: ${made} regions, ${madeInsns} instructions, ${madeBytes} bytes of Wasm`);
  line("  install", `${seconds(ms("add") + ms("attach"))}, with instances of the modules`);
  // Installing is done as soon as a module is linked.
  const link = ms("link") - ms("attach");
  line(
    "  link",
    `${seconds(link)}, of which new WebAssembly.Module ${seconds(ms("compile"))}: ${calls} of ${bytes} bytes`,
  );
  line(
    "  clear away",
    `${seconds(ms("bury") + ms("evict"))}: ${killed} killed, ${evicted} evicted, ${consolidations} mergers`,
  );
  line("  there are", byCount(live));
}

function printDevices({ meters }: Measured): void {
  const names = ["mmioRead", "mmioWrite", "portRead", "portWrite"];
  const ms = names.reduce((sum, name) => sum + (meters[name]?.ms ?? 0), 0);
  const each = names.map((name) => `${name} ${meters[name]?.calls ?? 0} in ${(meters[name]?.ms ?? 0).toFixed(0)} ms`);
  line("devices", `${seconds(ms)}: ${each.join(", ")}`);
}

/** Helpers called most, by tier. */
function printHelpers({ helpers }: Measured): void {
  for (const tier of ["tier0", "tier1"] as const)
    line(`helpers, ${tier.replace("tier", "tier ")}`, byCount(helpers[tier] ?? {}, 16));
}

function printSamples({ parts, top }: NonNullable<Measured["samples"]>): void {
  const whole = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
  const sorted = Object.entries(parts).sort((a, b) => b[1] - a[1]);
  line("samples", sorted.map(([name, ms]) => `${name} ${share(ms, whole)}`).join(", "));
  for (const { name, part, ms } of top) console.log(`    ${share(ms, whole).padStart(7)}  ${name} (${part})`);
}

function printHottest(regions: readonly HotRegion[]): void {
  line("regions entered", "most often:");
  for (const r of regions) {
    const size = `${r.insns} instructions in ${r.blocks} blocks, ${r.guestBytes} bytes to ${r.wasmBytes} of Wasm`;
    console.log(
      `    ${r.phys.padStart(9)} mode ${r.mode}: ${String(r.entries).padStart(9)} entries by ${r.entryPoints} entry points, ${size}`,
    );
  }
}

function printBlocks(b: Blocks): void {
  const list = (pairs: readonly [string, number][]): string =>
    pairs.map(([name, percent]) => `${name} ${percent}`).join(", ");
  const names = (codes: string): string =>
    codes
      .split(" ")
      .map((code) => codeName(Number(code)))
      .join("+");
  line(
    "blocks",
    `${b.blocks}, ${b.insns} instructions run, ${b.uopsPerInsn.toFixed(2)} micro-ops each, ${b.insnsPerBlock.toFixed(1)} a block`,
  );
  line("micro-ops, %", list(b.codes.map(([code, percent]) => [codeName(code), percent])));
  line("pairs, %", list(b.pairs.map(([pair, percent]) => [names(pair), percent])));
  for (const t of b.top)
    console.log(
      `    ${t.phys.padStart(9)} ${String(t.count).padStart(10)} runs, ${t.insns} instructions, ${t.uops} micro-ops: ${t.share} %`,
    );
}

/** Names of the micro-ops by number. */
const NAMES = new Map(
  Object.entries(U)
    .filter(([name]) => name.startsWith("U_"))
    .map(([name, code]) => [code as number, name.slice(2)]),
);

function codeName(code: number): string {
  return NAMES.get(code) ?? String(code);
}

function byCount(counts: Record<string, number>, most = Number.POSITIVE_INFINITY): string {
  const sorted = Object.entries(counts)
    .filter(([, n]) => n !== 0)
    .sort((a, b) => b[1] - a[1]);
  return (
    sorted
      .slice(0, most)
      .map(([name, n]) => `${name} ${n}`)
      .join(", ") || "none"
  );
}

function millions(n: number): string {
  return n < 1e5 ? n.toFixed(0) : `${(n / 1e6).toFixed(2)} M`;
}
