// Chooses the blocks of a region and translates them again.
//
// From the hot block, edges are followed in the order of how often they are taken (counts of tier 0), through calls and back
// out of them, until the function is large enough or what is left is cold. Where a call's return is expected, and at loop
// headers, the region can also be entered.

import type { Frontend } from "../frontend/frontend.js";
import { IrBlock } from "../ir/block.js";
import { HINT_CALL, HINT_RETURN, Op, PcWidth } from "../ir/ops.js";
import { B_COUNT, B_INSNS, B_LAST_TARGET, B_TAKEN } from "../layout.js";
import { REGION_MAX_BYTES } from "../tuning.js";
import { MAX_DISPLACEMENT } from "./emit-block.js";
import type { Region, RegionBlock, RegionPage, Target } from "./region.js";
import type { BlockSource } from "./source.js";

/** Most blocks of a region. */
const MAX_BLOCKS = 200;
/** Edges taken less often than this share of the hot block's runs are left as exits. */
const COLD = 1 / 40;
/** Executions below which a successor's counts say nothing: it is an exit. */
const MIN_COUNT = 2;
const MAX_ENTRIES = 12;
/** Return addresses a return is compared with. */
const MAX_RETURNS = 4;
/** Bytes of Wasm an IR node takes, about. */
const BYTES_MEMORY = 50;
const BYTES_CALL = 60;
const BYTES_NODE = 3;
const BYTES_BLOCK = 20;

interface Chosen {
  ir: IrBlock;
  header: number;
  phys: number;
  disp: number;
  page: number;
  weight: number;
  targets: Target[];
  /** Context the block was translated with, and what holds at its end. */
  entry: number;
  context: number;
  /** Displacement behind the call that ends the block, or NaN. */
  returnsTo: number;
}

interface Candidate {
  disp: number;
  weight: number;
}

export class RegionSelector {
  /** IR of blocks, used again for the next region. */
  private readonly pool: IrBlock[] = [];
  private used = 0;
  private readonly request = { mode: 0, maxInsns: 0, pageBytes: 0, secondPage: false, entry: 0 };

  constructor(
    private readonly source: BlockSource,
    private readonly frontend: Frontend,
  ) {}

  /**
   * The region that starts at a hot block, whose start the program counter is at; undefined when none can be made there.
   * The region's IR is valid until the next call.
   */
  select(header: number, mode: number): Region | undefined {
    this.used = 0;
    const { source } = this;
    const phys = source.phys(header);
    const offset = phys % 4096;
    const pages: RegionPage[] = [];
    const pageIndex = new Map<number, number>();
    const pagePhys: number[] = [];
    const chosen: Chosen[] = [];
    const index = new Map<number, number>();
    const waiting = new Map<number, Candidate>();
    let bytes = 0;

    const pageOf = (disp: number, from: number): number => {
      const virtual = Math.floor((offset + disp) / 4096);
      const known = pageIndex.get(virtual);
      if (known !== undefined) return known;
      // 16-bit code wraps around in ways only the dispatcher knows.
      if (from >= 0 && chosen[from]!.ir.pcWidth === PcWidth.W16) return -1;
      const at = disp === 0 ? phys : source.target(disp);
      const host = at < 0 ? 0 : source.hostOf(at);
      const k = host === 0 ? -1 : pages.length;
      pageIndex.set(virtual, k);
      if (k >= 0) {
        pages.push({ host: host - (host % 4096) });
        pagePhys.push(at - (at % 4096));
      }
      return k;
    };
    const want = (disp: number, weight: number) => {
      if (index.has(disp) || weight < COLD || Math.abs(disp) >= MAX_DISPLACEMENT) return;
      const known = waiting.get(disp);
      if (known) known.weight += weight;
      else waiting.set(disp, { disp, weight });
    };

    waiting.set(0, { disp: 0, weight: 1 });
    while (waiting.size > 0 && chosen.length < MAX_BLOCKS) {
      let best: Candidate | undefined;
      for (const candidate of waiting.values()) if (!best || candidate.weight > best.weight) best = candidate;
      const { disp, weight } = best!;
      waiting.delete(disp);
      const page = pageOf(disp, chosen.length - 1);
      if (page < 0) continue;
      const at = pagePhys[page]! + ((offset + disp) & 4095);
      const block = source.find(at, mode);
      if (block === 0 || (disp !== 0 && source.read(block, B_COUNT) < MIN_COUNT)) continue;
      const next = this.translate(block, at, mode, disp, page, weight, 0);
      if (!next) continue;
      bytes += estimate(next.ir);
      if (bytes > REGION_MAX_BYTES && chosen.length > 0) break;
      index.set(disp, chosen.length);
      chosen.push(next);
      this.successors(next, want);
    }
    if (chosen.length === 0) return undefined;

    this.resolve(chosen, index);
    const entries = chooseEntries(chosen);
    this.propagate(chosen, entries, mode);
    return { mode, blocks: chosen, entries, pages, record: 0 };
  }

  private translate(
    header: number,
    phys: number,
    mode: number,
    disp: number,
    page: number,
    weight: number,
    entry: number,
  ): Chosen | undefined {
    let ir = this.pool[this.used];
    if (!ir) {
      ir = new IrBlock();
      this.pool.push(ir);
    }
    const host = this.source.hostOf(phys);
    const { request } = this;
    request.mode = mode;
    request.maxInsns = this.source.read(header, B_INSNS);
    request.pageBytes = 4096 - (phys % 4096);
    request.entry = entry;
    const result = this.frontend.translate(ir, this.source.code(host), request);
    if (result.status !== "ok" || ir.crossesPage) return undefined;
    this.used++;
    return { ir, header, phys, disp, page, weight, targets: [], entry, context: result.context, returnsTo: Number.NaN };
  }

  /** Offers the successors of a block. */
  private successors(block: Chosen, want: (disp: number, weight: number) => void): void {
    const { ir, disp, weight, header } = block;
    const { source } = this;
    const last = ir.count - 1;
    const a = ir.a[last]!;
    switch (ir.op[last] as Op) {
      case Op.GOTO:
        want(disp + a, weight);
        if (ir.b[last] === HINT_CALL) {
          block.returnsTo = disp + ir.c[last]!;
          want(block.returnsTo, weight);
        }
        return;
      case Op.BRANCH: {
        const runs = Math.max(1, source.read(header, B_COUNT));
        const taken = Math.min(1, source.read(header, B_TAKEN) / runs);
        want(disp + ir.b[last]!, weight * taken);
        want(disp + ir.c[last]!, weight * (1 - taken));
        return;
      }
      case Op.JUMP: {
        if (ir.b[last] === HINT_CALL) {
          block.returnsTo = disp + ir.c[last]!;
          want(block.returnsTo, weight);
        }
        if (ir.b[last] === HINT_RETURN) return;
        const seen = source.distance(header, B_LAST_TARGET);
        if (!Number.isNaN(seen)) want(seen, weight / 2);
        return;
      }
    }
  }

  /** Fills in the targets, now that the blocks are known. */
  private resolve(chosen: Chosen[], index: ReadonlyMap<number, number>): void {
    const target = (disp: number): Target => ({ disp, block: index.get(disp) ?? -1 });
    for (const block of chosen) {
      const { ir, disp } = block;
      const last = ir.count - 1;
      switch (ir.op[last] as Op) {
        case Op.GOTO:
          block.targets = [target(disp + ir.a[last]!)];
          break;
        case Op.BRANCH:
          block.targets = [target(disp + ir.b[last]!), target(disp + ir.c[last]!)];
          break;
        case Op.JUMP: {
          block.targets = [];
          if (ir.b[last] === HINT_RETURN) break;
          const seen = this.source.distance(block.header, B_LAST_TARGET);
          if (!Number.isNaN(seen) && index.has(seen)) block.targets.push(target(seen));
          break;
        }
      }
    }
    matchReturns(chosen, index);
  }

  /** Translates blocks again with what all their predecessors agree on, until nothing changes. */
  private propagate(chosen: Chosen[], entries: readonly number[], mode: number): void {
    const preds: number[][] = chosen.map(() => []);
    chosen.forEach((block, k) => {
      for (const t of block.targets) if (t.block >= 0) preds[t.block]!.push(k);
    });
    const pinned = new Uint8Array(chosen.length);
    for (const e of entries) pinned[e] = 1;
    const agreed = (k: number): number => {
      if (pinned[k] || preds[k]!.length === 0) return 0;
      const first = chosen[preds[k]![0]!]!.context;
      return preds[k]!.every((p) => chosen[p]!.context === first) ? first : 0;
    };
    for (let round = 0; ; round++) {
      let changed = false;
      for (let k = 0; k < chosen.length; k++) {
        const block = chosen[k]!;
        let entry = agreed(k);
        if (entry === block.entry) continue;
        // A block whose assumption did not last stays without one, so this ends.
        if (round > 2 || block.entry !== 0) {
          pinned[k] = 1;
          entry = 0;
        }
        const { request } = this;
        request.mode = mode;
        request.maxInsns = block.ir.insns;
        request.pageBytes = 4096 - (block.phys % 4096);
        request.entry = entry;
        const result = this.frontend.translate(block.ir, this.source.code(this.source.hostOf(block.phys)), request);
        block.entry = entry;
        block.context = result.context;
        changed = true;
      }
      if (!changed) return;
    }
  }
}

function estimate(ir: IrBlock): number {
  let bytes = BYTES_BLOCK;
  for (let i = 0; i < ir.count; i++) {
    const op = ir.op[i] as Op;
    bytes += op === Op.LOAD || op === Op.STORE ? BYTES_MEMORY : op === Op.CALL ? BYTES_CALL : BYTES_NODE;
  }
  return bytes;
}

/** Gives each return the places it may return to: behind the calls through which it is reached. */
function matchReturns(chosen: Chosen[], index: ReadonlyMap<number, number>): void {
  for (const call of chosen) {
    if (Number.isNaN(call.returnsTo)) continue;
    const back = index.get(call.returnsTo);
    if (back === undefined) continue;
    const seen = new Set<number>();
    const work = call.targets.map((t) => t.block);
    while (work.length > 0) {
      const k = work.pop()!;
      if (k < 0 || seen.has(k)) continue;
      seen.add(k);
      const block = chosen[k]!;
      const last = block.ir.count - 1;
      if (block.ir.op[last] === Op.JUMP && block.ir.b[last] === HINT_RETURN) {
        const targets = block.targets;
        if (targets.length < MAX_RETURNS && !targets.some((t) => t.block === back)) {
          targets.push({ disp: call.returnsTo, block: back });
        }
      } else if (!Number.isNaN(block.returnsTo)) work.push(index.get(block.returnsTo) ?? -1);
      else for (const t of block.targets) work.push(t.block);
    }
  }
  for (const block of chosen) {
    const last = block.ir.count - 1;
    if (block.ir.op[last] !== Op.JUMP) continue;
    block.targets.sort((x, y) => chosen[y.block]!.weight - chosen[x.block]!.weight);
  }
}

/** The hot block, what nothing in the region reaches otherwise, and loop headers, where a region stops when out of fuel. */
function chooseEntries(chosen: readonly RegionBlock[]): number[] {
  const entries = [0];
  const state = new Uint8Array(chosen.length);
  const headers = new Set<number>();
  const visit = (root: number): void => {
    const path: [number, number][] = [[root, 0]];
    state[root] = 1;
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      const [k, i] = top;
      if (i === chosen[k]!.targets.length) {
        state[k] = 2;
        path.pop();
        continue;
      }
      top[1]++;
      const next = chosen[k]!.targets[i]!.block;
      if (next < 0) continue;
      if (state[next] === 1) headers.add(next);
      else if (state[next] === 0) {
        state[next] = 1;
        path.push([next, 0]);
      }
    }
  };
  visit(0);
  for (let k = 1; k < chosen.length; k++) {
    if (state[k] !== 0) continue;
    // Behind a call that leaves the region, or left behind by a successor that was not taken in.
    if (entries.length < MAX_ENTRIES) {
      entries.push(k);
      visit(k);
    }
  }
  for (const k of headers) if (entries.length < MAX_ENTRIES && !entries.includes(k)) entries.push(k);
  return entries;
}
