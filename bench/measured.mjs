// node bench/measured.mjs [--tier0] [--profile] [--blocks N] [--until TEXT] -- OPTIONS OF THE MACHINE
//
// Boots a machine of dist/ until its serial console prints TEXT, then prints one line of JSON: times in milliseconds and, with
// --profile, where they went. --tier0 interprets everything; --blocks adds the N blocks that cost most micro-ops.

import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import * as L from "../dist/layout.js";
import { createMachine } from "../dist/machine/create.js";
import { loadCoreModule } from "../dist/node/core-module.js";
import { createNodeHost } from "../dist/node/host.js";
import { programInfo } from "../dist/node/program.js";
import { parseArguments } from "../dist/options/parse.js";
import { RegionTier } from "../dist/tier1/tier1.js";

const begun = performance.now();
const { values, positionals } = parseArgs({
  options: {
    tier0: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    blocks: { type: "string", default: "0" },
    until: { type: "string", default: "GUEST-READY" },
    echo: { type: "boolean", default: false },
    hot: { type: "string" },
  },
  allowPositionals: true,
});
const parsed = parseArguments(
  [...positionals, "-display", "none", "-serial", "stdio", "-monitor", "none"],
  programInfo(),
);
if (parsed.kind !== "machine") throw new Error("the options give no machine");
const host = createNodeHost({ prefix: "measured", onBrokenOutput: () => {} });

let text = "";
const decoder = new TextDecoder();
host.openChardev = () => ({
  write(bytes) {
    const piece = decoder.decode(bytes, { stream: true });
    if (values.echo) process.stderr.write(piece);
    text = (text + piece).slice(-4096);
    if (text.includes(values.until)) finish();
  },
  close() {},
});

/** Milliseconds spent in calls of object[name], and how many there were. */
function watch(object, name, meters) {
  const meter = { calls: 0, ms: 0 };
  meters[name] = meter;
  const call = object[name].bind(object);
  object[name] = (...args) => {
    const from = performance.now();
    try {
      return call(...args);
    } finally {
      meter.ms += performance.now() - from;
      meter.calls++;
    }
  };
}

const meters = {};
const exits = {};
const EXITS = ["fuel", "translate", "hot", "halt", "shutdown", "stop", "not memory"];
let tier;
const machine = await createMachine(parsed.config, host, {
  module: loadCoreModule(),
  tier1: (engine) => {
    tier = values.tier0 ? { hot() {}, maintain() {} } : new RegionTier(engine);
    return tier;
  },
});
const { engine } = machine.cpu;
if (values.tier0) engine.memory.setEngine(L.E_HOT, -1);
else if (values.hot) engine.memory.setEngine(L.E_HOT, Number(values.hot));
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
if (values.profile) {
  watch(engine.core, "run", meters);
  const run = engine.core.run;
  engine.core.run = (cpu) => {
    const exit = run(cpu);
    exits[EXITS[exit]] = (exits[EXITS[exit]] ?? 0) + 1;
    return exit;
  };
  watch(engine, "translate", meters);
  watch(tier, "hot", meters);
  watch(tier, "maintain", meters);
  const { mmio, ports } = machine.wired;
  const devices = {
    mmioRead: [mmio, "read"],
    mmioWrite: [mmio, "write"],
    portRead: [ports, "read"],
    portWrite: [ports, "write"],
  };
  for (const [name, [object, method]] of Object.entries(devices)) {
    const own = {};
    watch(object, method, own);
    meters[name] = own[method];
  }
}

/** Adds up the micro-ops of all blocks that are still in the arena, weighted by their executions in tier 0. */
function blockProfile(most) {
  const { i32, u8 } = engine.memory;
  const blocks = [];
  const codes = new Map();
  const pairs = new Map();
  let insns = 0;
  let uops = 0;
  let runs = 0;
  for (const chunk of engine.cache.chunks) {
    for (let at = chunk.start; at < chunk.used; at += L.B_HEADER + i32[(at + L.B_SIZE) >> 2]) {
      const count = i32[(at + L.B_COUNT) >> 2];
      const size = i32[(at + L.B_SIZE) >> 2];
      const n = i32[(at + L.B_INSNS) >> 2];
      runs += count;
      insns += count * n;
      uops += (count * size) / 16;
      let before = -1;
      for (let p = at + L.B_HEADER; p < at + L.B_HEADER + size; p += 16) {
        const op = u8[p] | (u8[p + 1] << 8);
        codes.set(op, (codes.get(op) ?? 0) + count);
        if (before >= 0) pairs.set(before * 256 + op, (pairs.get(before * 256 + op) ?? 0) + count);
        before = op;
        if (op === 6 || op === 145) p += 16;
      }
      blocks.push({ phys: i32[(at + L.B_PHYS) >> 2] >>> 0, count, insns: n, uops: size / 16, at });
    }
  }
  blocks.sort((a, b) => b.count * b.uops - a.count * a.uops);
  const top = (map) =>
    [...map]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 40)
      .map(([k, v]) => [k, +((100 * v) / uops).toFixed(2)]);
  return {
    blocks: blocks.length,
    runs,
    insns,
    uops,
    uopsPerInsn: uops / insns,
    insnsPerBlock: insns / runs,
    codes: top(codes),
    pairs: top(pairs).map(([k, v]) => [`${k >> 8} ${k & 255}`, v]),
    top: blocks
      .slice(0, most)
      .map((b) => ({ ...b, phys: b.phys.toString(16), share: +((100 * b.count * b.uops) / uops).toFixed(2) })),
  };
}

function statistics() {
  const at = L.ENGINE + L.E_STATS;
  const read = (offset) => Number(engine.memory.view.getBigInt64(at + offset, true));
  const places = Object.entries(L).filter(([name]) => name.startsWith("STAT_"));
  return Object.fromEntries(
    places.map(([name, offset]) => [name.slice(5).toLowerCase().replaceAll("_", " "), read(offset)]),
  );
}

let finished = false;
function finish() {
  if (finished) return;
  finished = true;
  const now = performance.now();
  const cpu = process.cpuUsage();
  const result = {
    create: created - begun,
    boot: now - created,
    wall: now,
    cpu: (cpu.user + cpu.system) / 1000,
    guestClock: machine.clock.now() / 1e6,
    slept,
    instructions: engine.instructions,
    rss: process.memoryUsage.rss() / 2 ** 20,
  };
  if (values.profile) {
    Object.assign(result, {
      translations: engine.translations,
      guestBytes: engine.guestBytes,
      arena: engine.cache.usedBytes(),
      evictions: engine.cache.evictions,
      meters,
      exits,
      statistics: statistics(),
      tier1: tier.statistics,
    });
    if (Number(values.blocks) > 0) result.blocks = blockProfile(Number(values.blocks));
  }
  console.log(JSON.stringify(result));
  process.exit(0);
}
await machine.start();
console.error(`the machine ended without printing ${values.until}`);
process.exit(1);
