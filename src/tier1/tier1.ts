// Tier 1 as the engine sees it. hot() chooses a region around a hot block. maintain() reclaims regions whose code was overwritten, and
// keeps the number of modules and the size of the code within limits. A compiler (compiler.ts), in this thread or off-thread, makes the
// code, and the code cache installs it.
//
// The new regions of a few slices share a module, and when things have become quiet the small modules are linked into one (calls
// between instances and scattered code cost more in the long run than compiling again).

import type { Frontend } from "../arch/frontend.js";
import type { SlotRange } from "../ir/helpers.js";
import { B_COUNT, B_MODE, B_PAGE2, B_REGION, B_TAKEN } from "../layout/block.js";
import { E_DEAD_REGIONS, E_HOT } from "../layout/engine.js";
import { ENGINE } from "../layout/memory.js";
import { R_COUNT, R_FROM, R_MISSED } from "../layout/region.js";
import { MODE_ONE_INSN } from "../layout/vcpu.js";
import {
  MODULE_LIVE_SHARE,
  MODULES_OLD,
  MODULES_QUIET,
  MODULES_QUIET_NS,
  MODULES_YOUNG,
  REGION_BATCH,
  REGION_BURST,
  REGION_COPY_INSNS,
  REGION_MAX_BYTES,
  REGION_MAX_BYTES_RETHOUGHT,
  REGION_RATE,
  REGION_UNUSED_INSNS,
  REGION_WAIT_NS,
  RETHINK_LEAST,
  RETHINK_NS,
  TB_SIZE_MIB,
} from "../tuning/engine.js";
import { CodeCache, type CodeHost } from "./cache/code-cache.js";
import {
  type Entry,
  type EntryPoint,
  type LiveModule,
  type LiveRegion,
  liveBytes,
  startOf,
  type UnlinkedRegion,
} from "./cache/live.js";
import { BlockDecoder } from "./form/decode.js";
import { type Draft, mmuOf } from "./form/region.js";
import { type Others, RegionSelector } from "./form/select.js";
import { MemorySource, type SourceMemory } from "./form/source.js";
import { Compiler, type Linked, type RegionCode, type RegionCompiler } from "./link/compiler.js";
import { frequent, Rethinking, type Transition } from "./policy/rethink.js";

/** What tier 1 needs of the engine. */
export interface Tier1Host extends CodeHost {
  readonly memory: CodeHost["memory"] &
    SourceMemory & { readonly shared: boolean; setHot(system: number, user: number): void };
  readonly frontend: Frontend;
  /** The CPU that runs. */
  readonly vcpu: { readonly base: number };
  /** Guest instructions executed so far. */
  readonly instructions: number;
}

export interface Tier1Options {
  /** Bytes of generated Wasm kept (tb-size). */
  codeBytes?: number;
  /** State that core changes without a helper's declaration saying so. */
  uncached?: readonly SlotRange[];
  /** Makes the compiler that is used, for example one in another thread, given the one in this thread. */
  helper?: (own: Compiler) => RegionCompiler;
  /** Every region gets a module of its own at once (for tests): otherwise they wait to share one. */
  eager?: boolean;
  /** Regions are made as soon as they are asked for, whatever share of the time that takes (for tests). */
  unlimited?: boolean;
  /** The host's clock, nanoseconds. */
  now?: () => number;
  /** Instead of HOT_SYSTEM_BLOCK and HOT_BLOCK. */
  hotBlock?: HotBlock | undefined;
  /** Told of every region chosen, for logs. The draft's IR is valid until it returns. */
  onRegion?: (draft: Draft, region: LiveRegion) => void;
}

/** Executions of a block before a region is asked for: of the system's code and of programs'. */
export interface HotBlock {
  readonly system: number;
  readonly user: number;
}

/** Nanoseconds an instruction is taken for where there is no clock. */
const NS_PER_INSN = 5;

export class RegionTier {
  private readonly source: MemorySource;
  private readonly selector: RegionSelector;
  private readonly compiler: RegionCompiler;
  private readonly cache: CodeCache;
  private readonly rethinking = new Rethinking();
  private lookedAt = 0;
  private readonly codeBytes: number;
  /** Chosen, to be linked. */
  private readonly pending: UnlinkedRegion[] = [];
  /** Those, and the ones being linked. */
  private readonly unlinked = new Set<LiveRegion>();
  private merging = false;
  /** Modules asked for that are not there yet. */
  private asked = 0;
  /** Guest instructions that may be put into regions now, and the time of that figure. */
  private allowance = REGION_BURST;
  private reckoned = 0;
  /** When a module was asked for last. */
  private askedAt = 0;
  private deadSeen = 0;
  private readonly counts = {
    /** Regions made, guest instructions in them and their Wasm, since start-up. */
    made: 0,
    /** Of these, regions that were compiled off-thread. */
    madeBeside: 0,
    madeInsns: 0,
    madeBytes: 0,
    consolidations: 0,
    rethought: 0,
  };

  constructor(
    private readonly host: Tier1Host,
    private readonly options: Tier1Options = {},
  ) {
    const { memory, frontend } = host;
    this.source = new MemorySource(host);
    this.selector = new RegionSelector(this.source, new BlockDecoder(frontend));
    const own = new Compiler(frontend, { shared: memory.shared, uncached: options.uncached ?? [] });
    this.compiler = options.helper?.(own) ?? own;
    this.cache = new CodeCache(host, this.source, (code) => this.compiler.forget(code));
    this.codeBytes = options.codeBytes ?? TB_SIZE_MIB << 20;
    const { hotBlock } = options;
    if (hotBlock) memory.setHot(hotBlock.system, hotBlock.user);
  }

  /** Numbers for the monitor, by name. */
  get statistics() {
    return { ...this.cache.statistics, ...this.counts };
  }

  /** True while a module is being made off-thread. */
  get awaiting(): boolean {
    return this.asked > 0;
  }

  /** The modules there are. */
  get modules(): readonly LiveModule[] {
    return this.cache.modules;
  }

  /** The tier 0 block at this header, where the program counter is, has become hot. */
  hot(header: number): void {
    const { source } = this;
    const mode = source.read(header, B_MODE);
    if (mode & MODE_ONE_INSN || source.read(header, B_PAGE2) !== -1) return;
    const phys = source.phys(header);
    const known = this.cache.entryPoints(phys).find(({ region }) => region.mode === mode && this.cache.valid(region));
    if (known && known.region.code !== undefined) {
      // The block was translated again; its region is still good.
      source.write(header, B_REGION, known.record);
      return;
    }
    for (const region of this.unlinked) {
      if (region.mode !== mode || !region.blocks.includes(phys)) continue;
      // It will be part of a region that is not linked yet. Its count starts again, in case that region cannot be entered here. If the
      // region starts here the block is twice as hot as the threshold: link now.
      source.write(header, B_COUNT, 0);
      if (startOf(region) === phys) this.flush();
      return;
    }
    if (!this.allowed()) {
      // The rate does not allow it: the block asks again after half as many executions.
      source.write(header, B_COUNT, source.read(header, B_COUNT) >> 1);
      source.write(header, B_TAKEN, source.read(header, B_TAKEN) >> 1);
      return;
    }
    const draft = this.selector.select(header, mode, this.others(phys, mode));
    source.write(header, B_COUNT, 0);
    if (draft) this.make(draft);
    if (this.options.eager || this.pending.length >= REGION_BATCH || this.waited(this.time())) this.flush();
  }

  /** No module has been asked for in the time regions wait for one another. */
  private waited(now: number): boolean {
    return now - this.askedAt > REGION_WAIT_NS;
  }

  /**
   * A region ends where another one is entered; otherwise the host's compilers would compile the same code again and again. Only a
   * region that is formed in the place of discarded ones takes in the code of others, and replaces them.
   */
  private others(start: number, mode: number): Others {
    const large = ({ region }: EntryPoint) => region.alive && region.mode === mode && region.insns >= REGION_COPY_INSNS;
    const entered = (phys: number) => this.cache.entryPoints(phys).some(large);
    const never = () => false;
    const { crossings } = this.rethinking;
    const code = this.rethinking.codeAt(start);
    if (!code) return { maxBytes: REGION_MAX_BYTES, keep: entered, replace: never, inherit: never, crossings };
    const inherit = (phys: number) => code.has(phys);
    return { maxBytes: REGION_MAX_BYTES_RETHOUGHT, keep: never, replace: entered, inherit, crossings };
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

  private make(draft: Draft): void {
    const region = this.cache.add(draft, this.host.instructions);
    if (!region) {
      this.cache.evict(this.codeBytes);
      return;
    }
    this.options.onRegion?.(draft, region);
    const code = this.compiler.emit(draft);
    this.pending.push({ region, code });
    this.unlinked.add(region);
    this.counts.made++;
    if (typeof code === "number") this.counts.madeBeside++;
    this.counts.madeInsns += region.insns;
    this.allowance -= region.insns;
  }

  /** Has the waiting regions linked. */
  private flush(): void {
    if (this.pending.length === 0) return;
    this.askedAt = this.time();
    const waiting = this.pending.splice(0);
    this.link(
      waiting.map(({ code }) => code),
      (linked) => {
        for (const { region } of waiting) this.unlinked.delete(region);
        if (linked) {
          this.cache.publish(waiting, linked);
          for (const size of linked.sizes) this.counts.madeBytes += size;
        } else for (const { region } of waiting) if (region.alive) this.cache.retire(region);
      },
    );
  }

  private link(codes: readonly RegionCode[], done: (linked: Linked | undefined) => void): void {
    this.asked++;
    this.compiler.link(codes, (linked) => {
      this.asked--;
      done(linked);
    });
  }

  // ---- once a slice -------------------------------------------------------------------------------------------------------

  forget(): void {
    this.cache.kill();
    this.source.write(ENGINE, E_DEAD_REGIONS, this.source.read(ENGINE, E_DEAD_REGIONS) + 1);
  }

  maintain(): void {
    const now = this.time();
    if (this.waited(now)) this.flush();
    const dead = this.source.read(ENGINE, E_DEAD_REGIONS);
    if (dead !== this.deadSeen) {
      this.deadSeen = dead;
      this.cache.bury();
    }
    this.look(now);
    if (this.cache.statistics.bytes > this.codeBytes) this.cache.evict(this.codeBytes);
    this.consolidate(now);
  }

  /** Looks for regions to be formed again. */
  private look(now: number): void {
    if (now - this.lookedAt < RETHINK_NS) return;
    this.lookedAt = now;
    const transitions: Transition[] = [];
    let all = 0;
    for (const region of this.cache.linked()) {
      for (const entry of region.entries) {
        const { times, missed } = this.newEntries(entry);
        if (times > 0) region.usedAt = this.host.instructions;
        all += times;
        if (times <= RETHINK_LEAST) continue;
        const owner = this.cache.owner(this.source.read(entry.record, R_FROM));
        const from = owner?.code === undefined ? undefined : owner;
        if (from) transitions.push({ from, to: region, times });
        if (missed > RETHINK_LEAST)
          transitions.push({ from: from ?? region, to: region, times: missed, crossing: entry.phys });
      }
    }
    for (const group of this.rethinking.groups(frequent(transitions, all), now)) {
      for (const region of group) this.rethink(region);
    }
    this.cache.sweep();
  }

  /** Entries of a region since the last look, and those of them that failed their first TLB check. */
  private newEntries(entry: Entry): { times: number; missed: number } {
    const count = this.source.read(entry.record, R_COUNT);
    const misses = this.source.read(entry.record, R_MISSED);
    const result = { times: count - entry.seen, missed: misses - entry.missed };
    entry.seen = count;
    entry.missed = misses;
    return result;
  }

  private rethink(region: LiveRegion): void {
    this.cache.retire(region);
    const hot = this.source.read(ENGINE, E_HOT + 4 * mmuOf(region.mode));
    // Half of the threshold: it asks again soon, and the choice of other regions sees that it is hot.
    for (const { phys } of region.entries) {
      const header = this.source.find(phys, region.mode);
      if (header) this.source.write(header, B_COUNT, hot >> 1);
    }
    this.counts.rethought++;
  }

  private consolidate(now: number): void {
    const { modules } = this.cache;
    if (this.merging) return;
    const sparse =
      this.cache.statistics.held > this.codeBytes
        ? modules.filter((module) => liveBytes(module) < MODULE_LIVE_SHARE * module.bytes)
        : [];
    if (sparse.length > 0) {
      this.merge(sparse);
      return;
    }
    if (modules.length < MODULES_QUIET) return;
    const levels: LiveModule[][] = [];
    for (const module of modules) {
      const alike = levels[module.level];
      if (alike) alike.push(module);
      else levels[module.level] = [module];
    }
    const young = now - this.askedAt > MODULES_QUIET_NS ? MODULES_QUIET : MODULES_YOUNG;
    // Modules of one level are linked together, so each function is linked a few times only.
    const many = levels.find((alike, level) => alike && alike.length >= (level === 0 ? young : MODULES_OLD));
    if (many) this.merge(many);
  }

  private merge(modules: readonly LiveModule[]): void {
    this.askedAt = this.time();
    this.cache.retireUnused(
      modules.flatMap((m) => m.regions),
      this.host.instructions - REGION_UNUSED_INSNS,
    );
    const regions = modules.flatMap((m) => m.regions).filter((r) => r.alive);
    if (regions.length === 0) {
      this.cache.sweep();
      return;
    }
    this.merging = true;
    this.link(
      regions.map((r) => r.code!),
      (linked) => {
        this.merging = false;
        if (linked) {
          this.cache.replace(modules, regions, linked);
          this.counts.consolidations++;
          return;
        }
        // Their functions were lost with the helper: they will be chosen again.
        for (const region of regions) if (region.alive) this.cache.retire(region);
        this.cache.sweep();
      },
    );
  }
}
