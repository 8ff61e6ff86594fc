// The regions there are, and what core sees of them: records of their entries, headers for the code they were made of, slots
// of the function table, and the entries noted at tier 0's blocks.
//
// A region's code is kept by the compiler, as a function that can be linked into any module.

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
} from "../../layout/block.js";
import { R_COUNT, R_ENTRY, R_FROM, R_FUNC, R_MISSED, R_NEXT, R_VALID } from "../../layout/region.js";
import { REGION_EVICT_SHARE, RETHINK_WARM, TABLE_STEP } from "../../tuning/engine.js";
import type { Draft, RegionBlock } from "../form/region.js";
import type { BlockSource } from "../form/source.js";
import type { Linked, RegionCode } from "../link/compiler.js";
import type { EntryPoint, LiveModule, LiveRegion, UnlinkedRegion } from "./live.js";
import { RecordPool } from "./records.js";

/** What the regions are installed in. */
export interface CodeHost {
  readonly memory: {
    readonly memory: WebAssembly.Memory;
    readonly plan: { readonly regions: number; readonly regionBytes: number };
  };
  readonly core: {
    readonly table: WebAssembly.Table;
    readonly exports: Record<string, unknown>;
    installBlock(block: number, flags: number): void;
    removeSpan(span: number): void;
    forgetRegions(): void;
  };
}

export class CodeCache {
  private readonly records: RecordPool;
  private readonly freeSlots: number[] = [];
  /** Live region entries by guest-physical address. */
  private readonly byPhys = new Map<number, EntryPoint[]>();
  private readonly byRecord = new Map<number, LiveRegion>();
  modules: readonly LiveModule[] = [];
  readonly statistics = {
    regions: 0,
    modules: 0,
    /** Wasm of the live regions. */
    bytes: 0,
    /** Wasm of the modules, that of dead regions too. */
    held: 0,
    killed: 0,
    evicted: 0,
  };

  constructor(
    private readonly host: CodeHost,
    private readonly source: BlockSource,
    /** Told of the functions that will not be linked again. */
    private readonly forget: (code: RegionCode) => void,
  ) {
    const { regions, regionBytes } = host.memory.plan;
    this.records = new RecordPool(regions, regions + regionBytes);
  }

  /** Live regions with an entry at a guest-physical address. */
  entryPoints(phys: number): readonly EntryPoint[] {
    return this.byPhys.get(phys) ?? [];
  }

  /** The region a record belongs to. */
  owner(record: number): LiveRegion | undefined {
    return this.byRecord.get(record);
  }

  /** Core has not killed the region. */
  valid(region: LiveRegion): boolean {
    return this.source.read(region.entries[0]!.record, R_VALID) !== 0;
  }

  /** Kills all regions; bury() reclaims what they held. */
  kill(): void {
    for (const record of this.byRecord.keys()) this.source.write(record, R_VALID, 0);
  }

  // ---- making -----------------------------------------------------------------------------------------------------------------

  /**
   * Adds a region chosen at this instruction count. From now on core kills it when its code is written. Undefined when
   * there is no room.
   */
  add(draft: Draft, instructions: number): LiveRegion | undefined {
    const { source, records } = this;
    const entries = draft.entries.map((k) => ({
      phys: draft.blocks[k]!.phys,
      record: records.entry(),
      seen: 0,
      missed: 0,
    }));
    const spans = this.makeSpans(draft);
    if (!spans || entries.some((e) => e.record === 0)) {
      for (const e of entries) if (e.record) records.releaseEntry(e.record);
      for (const span of spans ?? []) records.releaseSpan(span);
      return undefined;
    }
    draft.record = entries[0]!.record;
    const region: LiveRegion = {
      mode: draft.mode,
      entries,
      blocks: draft.blocks.map((b) => b.phys),
      warm: draft.blocks.filter((b) => b.weight >= RETHINK_WARM).map((b) => b.phys),
      spans,
      slot: this.takeSlot(),
      insns: draft.blocks.reduce((sum, block) => sum + block.ir.insns, 0),
      code: undefined,
      bytes: 0,
      usedAt: instructions,
      alive: true,
    };
    entries.forEach(({ phys, record }, i) => {
      source.write(record, R_VALID, 1);
      source.write(record, R_FUNC, region.slot);
      source.write(record, R_ENTRY, i);
      source.write(record, R_NEXT, i + 1 < entries.length ? entries[i + 1]!.record : 0);
      source.write(record, R_COUNT, 0);
      source.write(record, R_FROM, 0);
      source.write(record, R_MISSED, 0);
      this.byRecord.set(record, region);
      const list = this.byPhys.get(phys);
      if (list) list.push({ region, record });
      else this.byPhys.set(phys, [{ region, record }]);
    });
    for (const span of spans) {
      source.write(span, B_REGION, entries[0]!.record);
      this.host.core.installBlock(span, B_FLAG_SPAN);
    }
    this.statistics.regions++;
    return region;
  }

  /** Headers for the code ranges of a region; undefined when there is no room for them. */
  private makeSpans(draft: Draft): number[] | undefined {
    const { source } = this;
    const parts = draft.blocks.flatMap(codeOf).sort((x, y) => x.from - y.from);
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
      source.write(span, B_MODE, draft.mode);
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

  /** Gives the regions that are still valid their functions, and makes the dispatcher find them. */
  publish(waiting: readonly UnlinkedRegion[], linked: Linked): void {
    const { source } = this;
    waiting.forEach(({ region, code }, i) => {
      // Core may have killed it while it waited.
      if (region.alive && !this.valid(region)) this.retire(region);
      if (!region.alive) {
        this.forget(code);
        return;
      }
      region.code = code;
      region.bytes = linked.sizes[i]!;
      this.statistics.bytes += region.bytes;
    });
    const regions = waiting.map(({ region }) => region);
    if (!this.attach(regions, linked, 0)) return;
    for (const region of regions) {
      if (!region.alive) continue;
      for (const { phys, record } of region.entries) {
        const header = source.find(phys, region.mode);
        if (header) source.write(header, B_REGION, record);
      }
    }
    for (const region of regions) {
      if (!region.alive) continue;
      for (const { phys } of region.entries)
        for (const { region: other } of [...this.entryPoints(phys)])
          if (other !== region) this.retireUnreachable(other);
    }
  }

  /** Puts a module made of the regions of others in their place. */
  replace(modules: readonly LiveModule[], regions: readonly LiveRegion[], linked: Linked): void {
    this.drop((module) => modules.includes(module));
    this.attach(regions, linked, Math.max(...modules.map(({ level }) => level)) + 1);
  }

  /** Points the regions' table slots at their functions; false when none is left that is alive. */
  private attach(regions: readonly LiveRegion[], { module, imports, sizes }: Linked, level: number): boolean {
    const { core, memory } = this.host;
    const alive = regions.filter((r) => r.alive);
    if (alive.length === 0) return false;
    const functions: Record<string, unknown> = {};
    for (const { name } of imports) functions[name] = core.exports[name];
    const instance = new WebAssembly.Instance(module, { e: { m: memory.memory }, c: functions });
    regions.forEach((region, i) => {
      if (region.alive) core.table.set(region.slot, instance.exports[String(i)]);
    });
    this.keep([...this.modules, { regions: alive, bytes: sizes.reduce((sum, size) => sum + size, 0), level }]);
    return true;
  }

  // ---- reclaiming -------------------------------------------------------------------------------------------------------------

  /** Retires regions that were not entered since the guest had executed `instructions`. */
  retireUnused(regions: readonly LiveRegion[], instructions: number): void {
    for (const region of regions) {
      if (!region.alive || region.usedAt >= instructions) continue;
      this.retire(region);
      this.statistics.evicted++;
    }
  }

  /** Reclaims regions that core killed because their code was overwritten. */
  bury(): void {
    for (const region of this.linked()) {
      if (this.valid(region)) continue;
      this.retire(region);
      this.statistics.killed++;
    }
    this.sweep();
  }

  /** Retires the regions that were entered least, so that a share of the limit is free. */
  evict(limit: number): void {
    const count = (region: LiveRegion) =>
      region.entries.reduce((sum, e) => sum + this.source.read(e.record, R_COUNT), 0);
    const counted = this.linked()
      .map((region) => ({ region, count: count(region) }))
      .sort((x, y) => x.count - y.count);
    const room = Math.min(limit, this.statistics.bytes) * (1 - REGION_EVICT_SHARE);
    for (const { region } of counted) {
      if (this.statistics.bytes <= room) break;
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
  retire(region: LiveRegion): void {
    const { source, host, records } = this;
    region.alive = false;
    host.core.forgetRegions();
    for (const { phys, record } of region.entries) {
      source.write(record, R_VALID, 0);
      const header = source.find(phys, region.mode);
      const list = this.entryPoints(phys).filter((e) => e.record !== record);
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
    this.statistics.bytes -= region.bytes;
    if (region.code !== undefined) this.forget(region.code);
  }

  /** A newer region has taken some of this one's entries: if it has all of them, this one will not run again. */
  private retireUnreachable(region: LiveRegion): void {
    const { source } = this;
    const reachable = region.entries.some(({ phys, record }) => {
      const header = source.find(phys, region.mode);
      return header !== 0 && source.read(header, B_REGION) === record;
    });
    if (region.alive && region.code !== undefined && !reachable) this.retire(region);
  }

  /** Drops modules without live regions. */
  sweep(): void {
    for (const module of this.modules) module.regions = module.regions.filter((r) => r.alive);
    this.drop((module) => module.regions.length === 0);
  }

  private drop(which: (module: LiveModule) => boolean): void {
    this.keep(this.modules.filter((module) => !which(module)));
  }

  private keep(modules: readonly LiveModule[]): void {
    this.modules = modules;
    this.statistics.modules = modules.length;
    this.statistics.held = modules.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Live regions that have code. */
  linked(): LiveRegion[] {
    return this.modules.flatMap((m) => m.regions).filter((r) => r.alive);
  }
}

/** The physical code ranges of a block. */
function codeOf({ phys, phys2, ir }: RegionBlock): { from: number; to: number }[] {
  if (phys2 === undefined) return [{ from: phys, to: phys + ir.bytes }];
  const end = phys - (phys % 4096) + 4096;
  return [
    { from: phys, to: end },
    { from: phys2, to: phys2 + ir.bytes - (end - phys) },
  ];
}
