// The regions tier 1 makes: their guest code, their Wasm, how often they were entered, and what making them took.

import { mkdirSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import * as L from "../../dist/layout/layout.js";
import { withNames } from "./wasm-names.mjs";

const hex = (address) => address.toString(16);

export class RegionProbe {
  /** What live regions were made of. */
  known = new WeakMap();
  /** The live region of a function body. */
  owners = new WeakMap();
  /** The region chosen last: the next function body is its own. */
  chosen = undefined;
  meters = { compile: { calls: 0, ms: 0, bytes: 0 } };
  modules = 0;
  /** Function bodies of the module that is being linked. */
  linking = undefined;
  /** Bytes of the modules, by their regions' bodies. */
  images = new WeakMap();

  /** For RegionTier's options. */
  onRegion = (draft, live) => {
    this.chosen = live;
    // Its IR is the selector's, which may use it again.
    const blocks = draft.blocks.map(({ phys, disp, weight, targets, ir: { insns, bytes } }) => ({
      ...{ phys, disp, weight, insns, bytes },
      targets: targets.map((t) => t.block),
    }));
    this.known.set(live, { blocks, mode: draft.mode, entries: [...draft.entries] });
  };

  constructor() {
    this.nameModules();
  }

  attach(engine, tier) {
    this.engine = engine;
    this.tier = tier;
    const { compiler } = tier;
    if (!compiler) return;
    const emit = compiler.emit.bind(compiler);
    const link = compiler.link.bind(compiler);
    compiler.emit = (draft) => {
      const body = emit(draft);
      this.owners.set(body, this.chosen);
      return body;
    };
    compiler.link = (bodies, done) => {
      this.linking = bodies;
      try {
        link(bodies, done);
      } finally {
        this.linking = undefined;
      }
    };
  }

  /** Modules made from now on get names that profiles show, and their compilation is timed. */
  nameModules() {
    const probe = this;
    const { Module } = WebAssembly;
    WebAssembly.Module = class extends Module {
      constructor(bytes) {
        const { linking } = probe;
        const named = withNames(bytes, `tier1-${probe.modules++}`, (name) =>
          probe.label(probe.owners.get(linking?.[Number(name)]), name),
        );
        for (const body of linking ?? []) probe.images.set(body, named);
        const from = performance.now();
        super(named);
        const { compile } = probe.meters;
        compile.ms += performance.now() - from;
        compile.calls++;
        compile.bytes += bytes.length;
      }
    };
  }

  label(live, name) {
    const first = live?.entries[0]?.phys;
    return first === undefined ? `region ${name}` : `region ${hex(first)}`;
  }

  live() {
    const { tier } = this;
    return (tier.modules ?? []).flatMap((module) => module.regions).filter((region) => region.alive);
  }

  /** Entries of each live region so far. */
  counts() {
    const { i32 } = this.engine.memory;
    const count = (live) => live.entries.reduce((sum, e) => sum + i32[(e.record + L.R_COUNT) >> 2], 0);
    return new Map(this.live().map((live) => [live, count(live)]));
  }

  /** The `most` regions entered most often since `before` (of counts()). */
  hottest(before, most) {
    const after = this.counts();
    const entered = (live) => after.get(live) - (before.get(live) ?? 0);
    return this.live()
      .map((live) => ({ live, entries: entered(live) }))
      .filter(({ entries }) => entries > 0)
      .sort((a, b) => b.entries - a.entries)
      .slice(0, most)
      .map(({ live, entries }) => ({ ...this.describe(live), entries }));
  }

  describe(live) {
    const region = this.known.get(live);
    const blocks = region?.blocks ?? [];
    return {
      phys: hex(live.entries[0].phys),
      mode: hex(live.mode),
      entryPoints: live.entries.length,
      blocks: blocks.length,
      insns: blocks.reduce((sum, b) => sum + b.insns, 0),
      guestBytes: blocks.reduce((sum, b) => sum + b.bytes, 0),
      wasmBytes: live.bytes,
    };
  }

  /** Writes guest code and Wasm of the regions with these addresses into a folder: PHYS.asm, PHYS.wasm (its whole module). */
  dump(folder, addresses) {
    mkdirSync(folder, { recursive: true });
    for (const live of this.live()) {
      const name = hex(live.entries[0].phys);
      if (!addresses.has(name)) continue;
      const region = this.known.get(live);
      if (region) writeFileSync(`${folder}/${name}.asm`, this.disassembly(region));
      const image = this.images.get(live.body);
      if (image) writeFileSync(`${folder}/${name}.wasm`, image);
    }
  }

  /** Addresses are displacements from the region's first block. */
  disassembly(region) {
    const { memory, frontend } = this.engine;
    const lines = [];
    region.blocks.forEach((block, k) => {
      const targets = block.targets.map((k) => (k < 0 ? "out" : `block ${k}`)).join(", ");
      const entry = region.entries.includes(k) ? ", entry" : "";
      lines.push(
        `block ${k} at ${hex(block.phys)}: ${block.weight} runs seen${entry}; goes to ${targets || "nowhere known"}`,
      );
      for (let at = 0; at < block.bytes; ) {
        // The rest of an instruction that crosses into another page is not at hand.
        const host = memory.hostOf(block.phys + at);
        const code = memory.u8.slice(host, host + 16);
        const { length, text } = frontend.disassemble(code, (block.disp + at) | 0, 0, region.mode);
        lines.push(`  ${String(block.disp + at).padStart(6)}  ${text}`);
        at += Math.max(1, length);
      }
    });
    return `${lines.join("\n")}\n`;
  }
}
