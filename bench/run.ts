// npm run bench [-- OPTIONS]: the benchmarks of bench/src in this emulator and in native QEMU, interleaved, as figures and ratios.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BROWSER_NAMES, BROWSERS } from "../testing/browser/browsers.js";
import { BenchDisks, isOfDisk } from "./disk.js";
import { BOOT_PATIENCE, command, type Emulator, figureOf, patience, type Session } from "./engine.js";
import { type BenchGuest, benchGuest, buildBenchGuest, machineOptions, ROOT } from "./guest.js";
import { measure } from "./measured.js";
import { namedCore } from "./named-core.js";
import { PAGE, pageEmulator, pageIsOld } from "./page-emulator.js";
import { processEmulator, versionOf } from "./process-emulator.js";
import { printProfile } from "./profile.js";
import { type Comparison, markdown, table, text } from "./report.js";
import { doubts, type Round } from "./results.js";
import { hostWords, saveResult } from "./save.js";
import { soak, soakTable } from "./soak.js";

const HELP = `npm run bench [-- OPTIONS]
Runs benchmarks in a Debian guest, in this emulator as built in dist/ and in native QEMU, and prints figures and ratios.
  --node --qemu --chromium --firefox --webkit
                             which emulators (default --node --qemu; browsers take the page of npm run build:page)
  --arch A                   the guest: amd64 (default), i386, riscv64
  --beside FOLDER            each of them (but QEMU) also as another checkout has it, built with its page: "before"
  --only NAME,NAME...        which benchmarks (default all); --list prints their names
  --disk                     the benchmarks of a disk in qcow2 with a write cache, which the others do without
  --boot                     no benchmarks, boot times only
  --rounds N                 rounds (default 5): in each, every emulator boots once and then runs benchmark by benchmark
  --seconds S                seconds for each benchmark, after a third of it for warming up (default 3)
  --json FILE                writes all figures
  --save                     writes them to bench/results/, with commit, host and date; then npm run docs
  --out markdown             the table as Markdown
npm run bench -- --soak MINUTES [--seconds S] [--only NAME,...] [--json FILE]
Runs the benchmarks in turn in one guest, and says whether any was slower at the end, and how memory went.
npm run bench -- --profile NAME [--seconds S] [--top N] [--dump FOLDER] [--hot N] [--tier0] [--blocks N]
Says where the time of one benchmark goes, in this emulator in Node, from its start to its end; NAME boot: of a boot.
  --top N                    so many functions and regions (default 25)
  --dump FOLDER              guest code (.asm) and Wasm module (.wasm) of the regions listed
  --hot N --tier0            another threshold for regions; none at all
  --blocks N                 tier 0's micro-ops, and the N blocks that cost most of them, since the start
`;

/** --profile knows this one beside the benchmarks. */
const BOOT = "boot";

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      node: { type: "boolean", default: false },
      qemu: { type: "boolean", default: false },
      chromium: { type: "boolean", default: false },
      firefox: { type: "boolean", default: false },
      webkit: { type: "boolean", default: false },
      arch: { type: "string", default: "amd64" },
      beside: { type: "string" },
      only: { type: "string" },
      list: { type: "boolean", default: false },
      boot: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      disk: { type: "boolean", default: false },
      json: { type: "string" },
      save: { type: "boolean", default: false },
      out: { type: "string", default: "text" },
      soak: { type: "string" },
      profile: { type: "string" },
      top: { type: "string", default: "25" },
      dump: { type: "string" },
      hot: { type: "string" },
      tier0: { type: "boolean", default: false },
      blocks: { type: "string", default: "0" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  for (const name of ["rounds", "seconds"] as const)
    if (!(Number(values[name]) > 0)) throw new Error(`--${name} ${values[name]} is not a number above 0`);
  if (values.soak !== undefined && !(Number(values.soak) > 0))
    throw new Error(`--soak ${values.soak} is not a number of minutes above 0`);
  if (values.arch !== "amd64" && values.save)
    throw new Error(`--arch ${values.arch}: docs/performance.md has a table of amd64 alone`);
  if (values.out !== "text" && values.out !== "markdown")
    throw new Error(`--out ${values.out}: known are text, markdown`);
  if (!values.node && !values.qemu && !BROWSER_NAMES.some((name) => values[name])) values.node = values.qemu = true;
  return values;
}

/** Behind the name of an emulator that is another checkout's. */
const BEFORE = " before";

/** All are compared to QEMU where it is measured, and each to what it was before. */
function comparisons(names: readonly string[]): Comparison[] {
  const before = names.filter((name) => name.endsWith(BEFORE));
  const others = names.filter((name) => name !== "QEMU" && !before.includes(name));
  return [
    ...(names.includes("QEMU") ? others.map((over) => ({ over, under: "QEMU" })) : []),
    ...before.map((under) => ({ over: under.slice(0, -BEFORE.length), under })),
  ];
}

type Options = ReturnType<typeof options>;

function emulators(chosen: Options, guest: BenchGuest, disks: BenchDisks | undefined): Emulator[] {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string };
  const machine = ["-accel", "tcg,thread=single", "-nographic", ...machineOptions(guest, `${guest.folder}/`)];
  const roots = [ROOT, ...(chosen.beside === undefined ? [] : [`${resolve(chosen.beside)}/`])];
  const nameIn = (root: string, name: string): string => (root === ROOT ? name : `${name}${BEFORE}`);
  const list: Emulator[] = [];
  if (chosen.node) {
    for (const root of roots) {
      const program = `${root}${guest.machine.program}`;
      if (!existsSync(program)) throw new Error(`the emulator is not built in ${root}: npm run build`);
      const words = `wasmachine ${version}, Node ${process.version}`;
      const name = nameIn(root, "Node");
      const args = [program, ...machine, ...(disks?.options(name) ?? [])];
      list.push(processEmulator(name, process.execPath, args, words));
    }
  }
  for (const browser of BROWSER_NAMES.filter((name) => chosen[name])) {
    if (pageIsOld()) say("the page is older than the build it is made of: npm run build:page");
    for (const root of roots) {
      if (!existsSync(`${root}${PAGE}`)) throw new Error(`the page is not built in ${root}: npm run build:page`);
      const kind = BROWSERS[browser];
      list.push(pageEmulator(kind, version, guest, { name: nameIn(root, kind.title), root }));
    }
  }
  if (chosen.qemu) {
    const program = `qemu-system-${guest.name}`;
    const args = [...machine, ...guest.machine.qemu, ...(disks?.options("QEMU") ?? [])];
    list.push(processEmulator("QEMU", program, args, versionOf(program)));
  }
  return list;
}

/** The emulators take turns at each benchmark, so that the figures that are compared are of one moment. */
async function playRound(list: readonly Emulator[], benchmarks: readonly string[], seconds: number): Promise<Round> {
  const round: Round = { ready: {}, figures: {}, failures: [] };
  const sessions = new Map<Emulator, Session>();
  const boot = async (emulator: Emulator): Promise<void> => {
    const session = await emulator.boot();
    sessions.set(emulator, session);
    round.ready[emulator.name] ??= session.ready;
  };
  const attempt = async (emulator: Emulator, what: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      const failure = `${what} in ${emulator.name}: ${(error as Error).message}`;
      say(`  FAILED ${failure}`);
      round.failures.push(failure);
      // Its guest is in no known state: the next benchmark gets a fresh one.
      await sessions.get(emulator)?.close();
      sessions.delete(emulator);
    }
  };
  try {
    for (const emulator of list) {
      await attempt(emulator, "boot", () => boot(emulator));
      if (round.ready[emulator.name])
        say(`  boot ${emulator.name} ${(round.ready[emulator.name]! / 1000).toFixed(2)} s`);
    }
    for (const benchmark of benchmarks) {
      const figures: Round["figures"][string] = {};
      round.figures[benchmark] = figures;
      for (const emulator of list) {
        await attempt(emulator, benchmark, async () => {
          if (!sessions.has(emulator)) await boot(emulator);
          figures[emulator.name] = await sessions.get(emulator)!.run(benchmark, seconds);
        });
      }
      const shown = Object.entries(figures).map(([name, f]) => `${name} ${f.value}${f.wrong ? " WRONG-RESULT" : ""}`);
      say(`  ${benchmark} ${shown.join(", ")}`);
    }
  } finally {
    for (const session of sessions.values()) await session.close();
  }
  return round;
}

async function profile(benchmark: string, chosen: Options, guest: BenchGuest): Promise<void> {
  const seconds = Number(chosen.seconds);
  const args = ["--guest", guest.name, "--profile", "--core", namedCore(guest.name)];
  if (benchmark !== BOOT) args.push("--type", command(benchmark, seconds));
  args.push("--top", chosen.top, "--blocks", chosen.blocks);
  if (chosen.dump) args.push("--dump", chosen.dump);
  if (chosen.hot) args.push("--hot", chosen.hot);
  if (chosen.tier0) args.push("--tier0");
  const machine = machineOptions(guest, `${guest.folder}/`);
  const measured = await measure(args, machine, BOOT_PATIENCE + patience(seconds));
  if (benchmark === BOOT) console.log("boot (while being profiled)");
  else {
    const { value, unit, cold, wrong } = figureOf(benchmark, measured.output.replaceAll("\r", ""));
    console.log(`${benchmark}: ${value} ${unit}, cold ${cold}${wrong ? ", WRONG-RESULT" : ""} (while being profiled)`);
  }
  printProfile(measured);
  if (chosen.json) writeFileSync(chosen.json, `${JSON.stringify(measured, null, 1)}\n`);
}

async function main(): Promise<void> {
  const chosen = options();
  const guest = benchGuest(chosen.arch);
  const known = buildBenchGuest(guest);
  if (chosen.list) return void console.log(known.join("\n"));
  const named = (chosen.profile ?? chosen.only)?.split(",");
  const benchmarks = chosen.boot ? [] : (named ?? known.filter((name) => isOfDisk(name) === chosen.disk));
  const unknown = benchmarks.find((name) => !known.includes(name) && !(chosen.profile && name === BOOT));
  if (unknown) throw new Error(`no benchmark ${unknown}: known are ${known.join(", ")}`);

  if (!chosen.disk && benchmarks.some(isOfDisk)) throw new Error("benchmarks of a disk need --disk");
  if (chosen.disk && BROWSER_NAMES.some((name) => chosen[name])) throw new Error("--disk: pages have no qcow2 file");
  if (chosen.profile) return profile(chosen.profile, chosen, guest);

  const disks = chosen.disk ? new BenchDisks() : undefined;
  if (disks) process.once("exit", () => disks.close());
  const list = emulators(chosen, guest, disks);
  if (chosen.soak) {
    const turns = await soak(list[0]!, benchmarks, Number(chosen.soak), Number(chosen.seconds), say);
    console.log(soakTable(turns, benchmarks).join("\n"));
    if (chosen.json) writeFileSync(chosen.json, `${JSON.stringify(turns, null, 1)}\n`);
    return;
  }
  const rounds: Round[] = [];
  for (let k = 1; k <= Number(chosen.rounds); k++) {
    say(`round ${k} of ${chosen.rounds}`);
    // Who comes first has the caches warm or the other's threads still at work: that falls on each in turn.
    const order = k % 2 === 1 ? list : [...list].reverse();
    rounds.push(await playRound(order, benchmarks, Number(chosen.seconds)));
  }
  for (const emulator of list) await emulator.close?.();

  const names = list.map((emulator) => emulator.name);
  const rows = table({ benchmarks, emulators: names, compared: comparisons(names), rounds });
  const notes = [
    list.map((e) => e.version).join("; "),
    `medians of ${rounds.length} rounds of ${chosen.seconds} s; ratios are taken in each round: median (lowest..highest)`,
    "cold: the first batch's time in means",
    ...doubts(rounds, benchmarks),
  ];
  const said = [hostWords(), ...notes];
  if (chosen.out === "markdown") console.log(`${markdown(rows)}\n\n${said.map((note) => `- ${note}`).join("\n")}`);
  else console.log(`${text(rows)}\n\n${said.join("\n")}`);
  if (chosen.save) say(`saved in ${saveResult({ notes, table: rows, rounds })}`);
  if (chosen.json) {
    const versions = Object.fromEntries(list.map((e) => [e.name, e.version]));
    const data = { date: new Date().toISOString(), seconds: Number(chosen.seconds), versions, benchmarks, rounds };
    writeFileSync(chosen.json, `${JSON.stringify(data, null, 1)}\n`);
  }
}

if (process.argv.some((word) => word === "--help" || word === "-h")) process.stdout.write(HELP);
else {
  try {
    await main();
  } catch (error) {
    say(`bench: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
