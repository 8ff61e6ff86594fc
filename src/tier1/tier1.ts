// Tier 1 as the engine sees it: hot() makes a region of a hot block, maintain() clears away regions whose code has changed,
// keeps the number of modules small and the code within its limit.
//
// A region's code is kept as a function body that can be linked into any module: the new regions of a few slices share a
// module, and when things have become quiet the small modules are linked into one (calls between instances and scattered
// code cost more in the long run than compiling again).

import type { Frontend } from "../frontend/frontend.js";
import type { SlotRange } from "../ir/helpers.js";
import {
  B_BYTES,
  B_COUNT,
  B_FLAG_SPAN,
  B_INSNS,
  B_MODE,
  B_PAGE2,
  B_PHYS,
  B_REGION,
  B_SIZE,
  B_TAKEN,
  E_DEAD_REGIONS,
  E_REGION_EPOCH,
  ENGINE,
  MODE_ONE_INSN,
  R_COUNT,
  R_ENTRY,
  R_FROM,
  R_FUNC,
  R_NEXT,
  R_VALID,
} from "../layout.js";
import {
  HOT_BLOCK,
  MODULES_OLD,
  MODULES_QUIET,
  MODULES_QUIET_NS,
  MODULES_YOUNG,
  REGION_BATCH,
  REGION_BURST,
  REGION_COPY_INSNS,
  REGION_EVICT_SHARE,
  REGION_RATE,
  REGION_WAIT_NS,
  RETHINK_ENTRIES,
  RETHINK_NS,
  RETHINK_WARM,
  TABLE_STEP,
  TB_SIZE_MIB,
} from "../tuning.js";
import type { FunctionBody } from "./code.js";
import { emitRegion, REGION_TYPE } from "./emit.js";
import { link } from "./linker.js";
import type { Door, LiveModule, LiveRegion } from "./live.js";
import { RecordPool } from "./records.js";
import type { Region, RegionBlock } from "./region.js";
import { Rethinking, type Transition } from "./rethink.js";
import { Runtime } from "./runtime.js";
import { type Others, RegionSelector } from "./select.js";
import { MemorySource, type SourceMemory } from "./source.js";

/** What tier 1 needs of the engine. */
export interface Tier1Host {
  readonly memory: SourceMemory & {
    readonly memory: WebAssembly.Memory;
    readonly plan: { readonly regions: number; readonly regionBytes: number };
  };
  readonly core: {
    readonly table: WebAssembly.Table;
    readonly exports: Record<string, unknown>;
    installBlock(block: number, flags: number): void;
    removeSpan(span: number): void;
  };
  readonly frontend: Frontend;
  /** Guest instructions executed so far. */
  readonly instructions: number;
}

export interface Tier1Options {
  /** Bytes of generated Wasm kept (tb-size). */
  codeBytes?: number;
  /** State that core changes without a helper's declaration saying so. */
  uncached?: readonly SlotRange[];
  /** Every region gets a module of its own at once (for tests): otherwise they wait to share one. */
  eager?: boolean;
  /** Regions are made as soon as they are asked for, whatever share of the time that takes (for tests). */
  unlimited?: boolean;
  /** The host's clock, nanoseconds. */
  now?: () => number;
  /** Told of every region made, for logs. */
  onRegion?: (region: Region, body: FunctionBody) => void;
}

export interface Tier1Statistics {
  regions: number;
  modules: number;
  /** Wasm of the live regions. */
  bytes: number;
  /** Regions made, guest instructions in them and their Wasm, since start-up. */
  made: number;
  madeInsns: number;
  madeBytes: number;
  consolidations: number;
  killed: number;
  evicted: number;
  rethought: number;
}

/** Without a clock an instruction is taken for so many nanoseconds. */
const NS_PER_INSN = 5;

export class RegionTier {
  private readonly source: MemorySource;
  private readonly selector: RegionSelector;
  private readonly runtime: Runtime;
  private readonly records: RecordPool;
  private readonly modules: LiveModule[] = [];
  private readonly freeSlots: number[] = [];
  /** Live region entries by guest-physical address. */
  private readonly byPhys = new Map<number, Door[]>();
  private readonly byRecord = new Map<number, LiveRegion>();
  private readonly rethinking = new Rethinking();
  private lookedAt = 0;
  private readonly shared: boolean;
  private readonly codeBytes: number;
  /** Chosen and emitted, waiting for a module. */
  private readonly pending: LiveRegion[] = [];
  /** Guest instructions that may be put into regions now, and when that was reckoned last. */
  private allowance = REGION_BURST;
  private reckoned = 0;
  /** When the last module was made. */
  private madeAt = 0;
  private deadSeen = 0;
  readonly statistics: Tier1Statistics = {
    regions: 0,
    modules: 0,
    bytes: 0,
    made: 0,
    madeInsns: 0,
    madeBytes: 0,
    consolidations: 0,
    killed: 0,
    evicted: 0,
    rethought: 0,
  };

  constructor(
    private readonly host: Tier1Host,
    private readonly options: Tier1Options = {},
  ) {
    const { memory, frontend } = host;
    this.source = new MemorySource(memory);
    this.selector = new RegionSelector(this.source, frontend);
    this.runtime = new Runtime(frontend.helpers);
    this.records = new RecordPool(memory.plan.regions, memory.plan.regions + memory.plan.regionBytes);
    this.shared =
      typeof SharedArrayBuffer !== "undefined" && (memory.memory.buffer as unknown) instanceof SharedArrayBuffer;
    this.codeBytes = options.codeBytes ?? TB_SIZE_MIB << 20;
  }

  /** The tier 0 block at this header, where the program counter is, has become hot. */
  hot(header: number): void {
    const { source } = this;
    const mode = source.read(header, B_MODE);
    if (mode & MODE_ONE_INSN || source.read(header, B_PAGE2) !== -1) return;
    const phys = source.phys(header);
    const known = this.byPhys.get(phys)?.find((e) => e.region.mode === mode && this.valid(e.region));
    if (known && !this.pending.includes(known.region)) {
      // The block was translated again; its region is still good.
      source.write(header, B_REGION, known.record);
      return;
    }
    const waiting = this.pending.find((p) => p.mode === mode && p.blocks.includes(phys));
    if (waiting) {
      // About to be part of a region; it may ask again should that not be entered here. Where one starts it has run on for as long again.
      source.write(header, B_COUNT, 0);
      if (waiting.blocks[0] === phys) this.flush();
      return;
    }
    if (!this.allowed()) {
      // It asks again, the sooner the hotter it is.
      source.write(header, B_COUNT, source.read(header, B_COUNT) >> 1);
      source.write(header, B_TAKEN, source.read(header, B_TAKEN) >> 1);
      return;
    }
    const region = this.selector.select(header, mode, this.others(phys, mode));
    source.write(header, B_COUNT, 0);
    if (region) this.install(region);
    if (this.options.eager || this.pending.length >= REGION_BATCH || this.time() - this.madeAt > REGION_WAIT_NS)
      this.flush();
  }

  /**
   * Code that another region is entered at is not made part of a new one: the same code in many regions is what the host's
   * compilers would be busy with. Only what has turned out to be entered from others again and again takes in all it leads to,
   * and their place.
   */
  private others(start: number, mode: number): Others {
    const large = ({ region }: Door) => region.alive && region.mode === mode && region.insns >= REGION_COPY_INSNS;
    const entered = (phys: number) => this.byPhys.get(phys)?.some(large) ?? false;
    const never = () => false;
    const code = this.rethinking.codeAt(start);
    if (!code) return { keep: entered, replace: never, inherit: never };
    return { keep: never, replace: entered, inherit: (phys) => code.has(phys) };
  }

  private time(): number {
    return this.options.now?.() ?? this.host.instructions * NS_PER_INSN;
  }

  private allowed(): boolean {
    if (this.options.eager || this.options.unlimited) return true;
    const now = this.time();
    this.allowance = Math.min(REGION_BURST, this.allowance + ((now - this.reckoned) / 1e6) * REGION_RATE);
    this.reckoned = now;
    return this.allowance > 0;
  }

  /** Once a slice. */
  maintain(): void {
    const now = this.time();
    if (now - this.madeAt > REGION_WAIT_NS) this.flush();
    const dead = this.source.read(ENGINE, E_DEAD_REGIONS);
    if (dead !== this.deadSeen) {
      this.deadSeen = dead;
      this.bury();
    }
    this.look(now);
    this.consolidate(now);
    if (this.statistics.bytes > this.codeBytes) this.evict();
  }

  /** Looks for regions to be chosen anew. */
  private look(now: number): void {
    if (now - this.lookedAt < RETHINK_NS) return;
    this.lookedAt = now;
    const transitions: Transition[] = [];
    for (const { regions } of this.modules) {
      for (const region of regions) {
        for (const entry of region.entries) {
          const count = this.source.read(entry.record, R_COUNT);
          const times = count - entry.seen;
          entry.seen = count;
          if (times <= RETHINK_ENTRIES || !region.alive) continue;
          const from = this.byRecord.get(this.source.read(entry.record, R_FROM));
          if (from && !this.pending.includes(from)) transitions.push({ from, to: region, times });
        }
      }
    }
    for (const group of this.rethinking.groups(transitions, now)) {
      for (const region of group) this.rethink(region);
    }
    this.sweep();
  }

  private rethink(region: LiveRegion): void {
    this.retire(region);
    // Hot as it is it asks soon, and others see that it is hot.
    for (const { phys } of region.entries) {
      const header = this.source.find(phys, region.mode);
      if (header) this.source.write(header, B_COUNT, HOT_BLOCK >> 1);
    }
    this.statistics.rethought++;
  }

  private consolidate(now: number): void {
    const { modules } = this;
    if (modules.length < MODULES_QUIET) return;
    const young = modules.filter((m) => !m.merged);
    const old = modules.filter((m) => m.merged);
    if (young.length >= MODULES_YOUNG) this.merge(young);
    else if (old.length >= MODULES_OLD) this.merge(old);
    else if (young.length >= MODULES_QUIET && now - this.madeAt > MODULES_QUIET_NS) this.merge(young);
  }

  // ---- making ---------------------------------------------------------------------------------------------------------------

  private install(region: Region): void {
    const { source, records } = this;
    const entries = region.entries.map((k) => ({ phys: region.blocks[k]!.phys, record: records.entry(), seen: 0 }));
    const spans = this.makeSpans(region);
    if (!spans || entries.some((e) => e.record === 0)) {
      for (const e of entries) if (e.record) records.releaseEntry(e.record);
      for (const span of spans ?? []) records.releaseSpan(span);
      this.evict();
      return;
    }
    region.record = entries[0]!.record;
    const { helpers, contextSlot } = this.host.frontend;
    const { body } = emitRegion(region, { helpers, contextSlot, uncached: this.options.uncached ?? [] });
    this.options.onRegion?.(region, body);
    const live: LiveRegion = {
      body,
      mode: region.mode,
      entries,
      blocks: region.blocks.map((b) => b.phys),
      warm: region.blocks.filter((b) => b.weight >= RETHINK_WARM).map((b) => b.phys),
      spans,
      slot: this.takeSlot(),
      insns: region.blocks.reduce((sum, block) => sum + block.ir.insns, 0),
      alive: true,
    };
    entries.forEach(({ phys, record }, i) => {
      source.write(record, R_VALID, 1);
      source.write(record, R_FUNC, live.slot);
      source.write(record, R_ENTRY, i);
      source.write(record, R_NEXT, i + 1 < entries.length ? entries[i + 1]!.record : 0);
      source.write(record, R_COUNT, 0);
      source.write(record, R_FROM, 0);
      this.byRecord.set(record, live);
      const list = this.byPhys.get(phys);
      if (list) list.push({ region: live, record });
      else this.byPhys.set(phys, [{ region: live, record }]);
    });
    for (const span of spans) {
      source.write(span, B_REGION, entries[0]!.record);
      this.host.core.installBlock(span, B_FLAG_SPAN);
    }
    this.pending.push(live);
    const { statistics } = this;
    statistics.regions++;
    statistics.made++;
    statistics.bytes += body.bytes.length;
    statistics.madeBytes += body.bytes.length;
    statistics.madeInsns += live.insns;
    this.allowance -= live.insns;
  }

  /** Gives the waiting regions a module and puts them where the dispatcher finds them. */
  private flush(): void {
    const { source } = this;
    if (this.pending.length === 0) return;
    this.madeAt = this.time();
    const regions = this.pending.splice(0);
    // A region may have been retired while it waited.
    for (const region of regions) if (region.alive && !this.valid(region)) this.retire(region);
    const alive = regions.filter((r) => r.alive);
    if (alive.length === 0) return;
    this.link(alive, false);
    for (const region of alive) {
      for (const { phys, record } of region.entries) {
        const header = source.find(phys, region.mode);
        if (header) source.write(header, B_REGION, record);
      }
    }
    for (const region of alive) {
      if (!region.alive) continue;
      for (const { phys } of region.entries) {
        for (const { region: other } of [...(this.byPhys.get(phys) ?? [])])
          if (other !== region) this.retireUnreachable(other);
      }
    }
  }

  /** Core has not killed the region. */
  private valid(region: LiveRegion): boolean {
    return this.source.read(region.entries[0]!.record, R_VALID) !== 0;
  }

  /** Headers for the stretches of code the region was made of; undefined when there is no room for them. */
  private makeSpans(region: Region): number[] | undefined {
    const { source } = this;
    const parts = region.blocks.flatMap(codeOf).sort((x, y) => x.from - y.from);
    const merged: { from: number; to: number }[] = [];
    for (const part of parts) {
      const last = merged[merged.length - 1];
      if (last && part.from <= last.to && Math.floor(part.from / 4096) === Math.floor(last.from / 4096)) {
        last.to = Math.max(last.to, part.to);
      } else merged.push(part);
    }
    const spans: number[] = [];
    for (const { from, to } of merged) {
      const span = this.records.span();
      if (span === 0) {
        for (const s of spans) this.records.releaseSpan(s);
        return undefined;
      }
      spans.push(span);
      source.write(span, B_MODE, region.mode);
      source.write(span, B_PHYS, from | 0);
      source.write(span, B_PHYS + 4, Math.floor(from / 4294967296));
      source.write(span, B_INSNS, 0);
      source.write(span, B_BYTES, to - from);
      source.write(span, B_SIZE, 0);
      source.write(span, B_PAGE2, -1);
    }
    return spans;
  }

  private takeSlot(): number {
    if (this.freeSlots.length === 0) {
      const first = this.host.core.table.grow(TABLE_STEP);
      for (let k = TABLE_STEP - 1; k >= 0; k--) this.freeSlots.push(first + k);
    }
    return this.freeSlots.pop()!;
  }

  /** Makes one module of the regions and points their table slots at it. */
  private link(regions: LiveRegion[], merged: boolean): void {
    const { core, memory } = this.host;
    const linked = link(
      regions.map((r) => r.body),
      REGION_TYPE,
      this.runtime.resolve,
      { shared: this.shared },
    );
    const functions: Record<string, unknown> = {};
    for (const name of linked.imports) functions[name] = core.exports[name];
    const instance = new WebAssembly.Instance(new WebAssembly.Module(linked.bytes), {
      e: { m: memory.memory },
      c: functions,
    });
    regions.forEach((region, i) => {
      core.table.set(region.slot, instance.exports[String(i)]);
    });
    this.modules.push({ regions, merged });
    this.statistics.modules = this.modules.length;
  }

  private merge(modules: readonly LiveModule[]): void {
    this.madeAt = this.time();
    this.dropModules(new Set(modules));
    const regions = modules.flatMap((m) => m.regions).filter((r) => r.alive);
    if (regions.length > 0) this.link(regions, true);
    this.statistics.consolidations++;
  }

  private dropModules(drop: ReadonlySet<LiveModule>): void {
    const kept = this.modules.filter((m) => !drop.has(m));
    this.modules.length = 0;
    this.modules.push(...kept);
    this.statistics.modules = kept.length;
  }

  // ---- clearing away ----------------------------------------------------------------------------------------------------------

  /** Regions that core has killed because their code was written. */
  private bury(): void {
    for (const module of this.modules) {
      for (const region of module.regions) {
        if (!region.alive || this.valid(region)) continue;
        this.retire(region);
        this.statistics.killed++;
      }
    }
    this.sweep();
  }

  /** Takes the regions entered least out of use. */
  private evict(): void {
    const all = this.modules.flatMap((m) => m.regions).filter((r) => r.alive);
    const count = (region: LiveRegion) =>
      region.entries.reduce((sum, e) => sum + this.source.read(e.record, R_COUNT), 0);
    const counted = all.map((region) => ({ region, count: count(region) })).sort((x, y) => x.count - y.count);
    for (const { region } of counted.slice(0, Math.ceil(counted.length * REGION_EVICT_SHARE))) {
      this.retire(region);
      this.statistics.evicted++;
    }
    for (const { region } of counted) {
      if (!region.alive) continue;
      for (const e of region.entries) this.source.write(e.record, R_COUNT, this.source.read(e.record, R_COUNT) >> 1);
    }
    this.sweep();
  }

  /** Cuts a region off from everything core sees; its blocks may become hot again. */
  private retire(region: LiveRegion): void {
    const { source, host, records } = this;
    region.alive = false;
    source.write(ENGINE, E_REGION_EPOCH, source.read(ENGINE, E_REGION_EPOCH) + 1);
    for (const { phys, record } of region.entries) {
      source.write(record, R_VALID, 0);
      const header = source.find(phys, region.mode);
      const list = this.byPhys.get(phys)!.filter((e) => e.record !== record);
      if (list.length > 0) this.byPhys.set(phys, list);
      else this.byPhys.delete(phys);
      if (header === 0) continue;
      const current = source.read(header, B_REGION);
      if (current === record) source.write(header, B_REGION, 0);
      if (current === record || current === 0) source.write(header, B_COUNT, 0);
    }
    for (const span of region.spans) {
      host.core.removeSpan(span);
      records.releaseSpan(span);
    }
    for (const { record } of region.entries) {
      records.releaseEntry(record);
      this.byRecord.delete(record);
    }
    host.core.table.set(region.slot, null);
    this.freeSlots.push(region.slot);
    this.statistics.regions--;
    this.statistics.bytes -= region.body.bytes.length;
  }

  /** A newer region has taken some of this one's entries: if it has all of them, this one will not run again. */
  private retireUnreachable(region: LiveRegion): void {
    const { source } = this;
    const reachable = region.entries.some(({ phys, record }) => {
      const header = source.find(phys, region.mode);
      return header !== 0 && source.read(header, B_REGION) === record;
    });
    const waiting = this.pending.includes(region);
    if (region.alive && !reachable && !waiting) this.retire(region);
  }

  /** Lets go of modules without live regions. */
  private sweep(): void {
    for (const module of this.modules) module.regions = module.regions.filter((r) => r.alive);
    this.dropModules(new Set(this.modules.filter((m) => m.regions.length === 0)));
  }
}

/** The guest-physical stretches of a block. */
function codeOf({ phys, phys2, ir }: RegionBlock): { from: number; to: number }[] {
  if (phys2 === undefined) return [{ from: phys, to: phys + ir.bytes }];
  const end = phys - (phys % 4096) + 4096;
  return [
    { from: phys, to: end },
    { from: phys2, to: phys2 + ir.bytes - (end - phys) },
  ];
}
