// node bench/measured.mjs [OPTIONS] -- OPTIONS OF THE MACHINE
//
// Runs a machine of dist/ and prints one line of JSON: times in milliseconds and, with --profile, where they went.
//   --until TEXT      boots until the serial console prints TEXT (default GUEST-READY): that is what is measured
//   --type COMMAND    goes on to the prompt and types it: measured is from there to the next prompt
//   --guest NAME      whose machine it is (default x86_64)
//   --profile         counts and samples; --core FILE is the guest's core with names for the samples
//   --top N           how many functions and regions are listed
//   --dump FOLDER     writes the hottest regions' guest code and Wasm
//   --blocks N        the N blocks that cost most micro-ops, and tier 0's micro-ops by share (since the start)
//   --tier0           interprets everything; --hot N: runs of a block before it becomes a region
//   --echo            shows the console

import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import * as L from "../dist/layout/layout.js";
import { catalogue, parseArguments } from "../dist/machines/arguments.js";
import { createMachine } from "../dist/machines/create.js";
import { yieldToMachine } from "../dist/node/background.js";
import { loadCore, loadCoreFile } from "../dist/node/core-module.js";
import { createNodeHost } from "../dist/node/host.js";
import { programInfo } from "../dist/node/program.js";
import { setV8Flags } from "../dist/node/v8.js";
import { RegionTier } from "../dist/tier1/tier1.js";
import { TB_SIZE_MIB } from "../dist/tuning/engine.js";
import { blockProfile } from "./probes/blocks.mjs";
import { countHelpers } from "./probes/helpers.mjs";
import { difference, watch } from "./probes/meters.mjs";
import { RegionProbe } from "./probes/regions.mjs";
import { Sampler } from "./probes/sampler.mjs";

const begun = performance.now();
const { values, positionals } = parseArgs({
  options: {
    until: { type: "string", default: "GUEST-READY" },
    type: { type: "string" },
    guest: { type: "string", default: "x86_64" },
    profile: { type: "boolean", default: false },
    core: { type: "string" },
    top: { type: "string", default: "25" },
    dump: { type: "string" },
    blocks: { type: "string", default: "0" },
    tier0: { type: "boolean", default: false },
    hot: { type: "string" },
    echo: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const parsed = parseArguments(
  [...positionals, "-display", "none", "-serial", "stdio", "-monitor", "none"],
  programInfo(values.guest),
  catalogue(values.guest),
);
if (parsed.kind !== "machine") throw new Error("the options give no machine");

// ---- the console ------------------------------------------------------------------------------------------------------------

let text = "";
let typing = new Uint8Array();
const decoder = new TextDecoder();
const serial = {
  write(bytes) {
    const piece = decoder.decode(bytes, { stream: true });
    if (values.echo) process.stderr.write(piece);
    text = (text + piece).slice(-4096);
    look();
  },
  drained: () => offer(),
  close() {},
};
// As the command line program does.
yieldToMachine();
const host = createNodeHost({ prefix: "measured", onBrokenOutput: () => {} });
host.openChardev = () => serial;

function offer() {
  const taken = typing.length > 0 ? (serial.receive?.(typing) ?? 0) : 0;
  typing = typing.subarray(taken);
}

function type(line) {
  text = "";
  typing = new TextEncoder().encode(`${line}\n`);
  offer();
}

const PROMPT = /^~ # /m;
let stage = "boot";
let measuring = false;
/** What the console has just printed may be the begin or the end of what is measured; the device that printed it comes first. */
function look() {
  if (stage === "boot" && text.includes(values.until)) {
    if (values.type === undefined) finish();
    else stage = "ready";
  }
  if (stage === "ready" && PROMPT.test(text)) {
    stage = "at the prompt";
    setImmediate(() => {
      stage = "typed";
      begin();
      type(values.type);
    });
  }
  if (stage === "typed" && PROMPT.test(text.replaceAll("\r", ""))) finish();
}

// ---- the machine --------------------------------------------------------------------------------------------------------------

const regions = values.profile ? new RegionProbe() : undefined;
let tier;
const codeBytes = (parsed.config.accel.tbSizeMiB ?? TB_SIZE_MIB) << 20;
setV8Flags();
const core = values.core ? loadCoreFile(values.core) : loadCore(values.guest);
const machine = await createMachine(parsed.config, host, {
  ...core,
  tier1: (engine) => {
    const options = { codeBytes, now: () => host.monotonic(), ...(regions ? { onRegion: regions.onRegion } : {}) };
    tier = values.tier0 ? { hot() {}, maintain() {} } : new RegionTier(engine, options);
    return tier;
  },
});
const { engine } = machine.cpu;
if (values.tier0) engine.memory.setHot(-1);
else if (values.hot) engine.memory.setHot(Number(values.hot));
const created = performance.now();
let slept = 0;
const sleep = host.scheduler.sleep.bind(host.scheduler);
host.scheduler.sleep = (ms) => {
  const from = performance.now();
  const s = sleep(ms);
  const done = s.done.then(() => {
    slept += performance.now() - from;
  });
  return { wake: s.wake, done };
};

// ---- what is counted ------------------------------------------------------------------------------------------------------------

const meters = regions ? { compile: regions.meters.compile } : {};
const exits = {};
const EXITS = ["fuel", "translate", "hot", "halt", "shutdown", "stop", "not memory"];
let helperCalls = () => ({});
if (values.profile) {
  helperCalls = countHelpers(engine);
  regions.attach(engine, tier);
  watch(meters, engine.core, "run");
  const { run } = engine.core;
  engine.core.run = (cpu) => {
    const exit = run(cpu);
    exits[EXITS[exit]] = (exits[EXITS[exit]] ?? 0) + 1;
    return exit;
  };
  watch(meters, engine, "translate");
  for (const name of ["hot", "maintain"]) watch(meters, tier, name);
  for (const name of ["emit", "link"]) watch(meters, tier.compiler, name);
  for (const name of ["add", "attach", "bury", "evict"]) watch(meters, tier.cache, name);
  watch(meters, tier.selector, "select");
  const { memory: mmio, ports } = machine.modelled.monitor.bus;
  for (const [as, object, name] of [
    ["mmioRead", mmio, "read"],
    ["mmioWrite", mmio, "write"],
    ["portRead", ports, "read"],
    ["portWrite", ports, "write"],
  ])
    watch(meters, object, name, as);
}

function statistics() {
  const read = (offset) => engine.vcpu.stat(offset);
  const places = Object.entries(L).filter(([name]) => name.startsWith("STAT_"));
  const counts = places.map(([name, offset]) => [name.slice(5).toLowerCase().replaceAll("_", " "), read(offset)]);
  return Object.fromEntries([...counts, ["smc", engine.memory.engine(L.E_INVALIDATIONS) >>> 0]]);
}

function snapshot() {
  const cpu = process.cpuUsage();
  return {
    wall: performance.now(),
    cpu: (cpu.user + cpu.system) / 1000,
    guestClock: machine.clock.now() / 1e6,
    slept,
    instructions: engine.instructions,
    translations: engine.translations,
    guestBytes: engine.guestBytes,
    evictions: engine.cache.evictions,
    statistics: statistics(),
    exits: { ...exits },
    meters: structuredClone(meters),
    tier1: { ...tier.statistics },
    helpers: helperCalls(),
  };
}

// ---- begin and end ------------------------------------------------------------------------------------------------------------------

/** A boot is measured from the program's start. */
let before = { wall: 0 };
let entered = new Map();
const sampler = values.profile ? new Sampler() : undefined;

function begin() {
  measuring = true;
  sampler?.start();
  if (regions) entered = regions.counts();
  before = snapshot();
}

function finish() {
  if (!measuring) return;
  measuring = false;
  stage = "over";
  const result = difference(snapshot(), before);
  Object.assign(result, { create: created - begun, rss: process.memoryUsage.rss() / 2 ** 20, output: text });
  if (values.type === undefined) result.boot = result.wall - created;
  if (values.profile) {
    result.samples = sampler.stop(Number(values.top));
    // Not what changed, but what there is.
    Object.assign(result, { arena: engine.cache.usedBytes(), live: { ...tier.statistics } });
    result.hottest = regions.hottest(entered, Number(values.top));
    if (values.dump) regions.dump(values.dump, new Set(result.hottest.map((r) => r.phys)));
    if (Number(values.blocks) > 0) result.blocks = blockProfile(engine, Number(values.blocks));
  }
  console.log(JSON.stringify(result));
  process.exit(0);
}

if (values.type === undefined) {
  measuring = true;
  sampler?.start();
}
await machine.start();
console.error(`the machine ended without printing ${values.until}`);
process.exit(1);
