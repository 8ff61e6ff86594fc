// Chooses the blocks of a region.
//
// From the hot block, edges are followed in the order of how often they are taken (counts of tier 0), until the function is
// large enough or what is left is cold. Calls are followed into a copy of the callee of their own (a frame), so that a return
// has one likely target and callers do not form loops through what they share. Calls too deep to follow, recursion above all,
// go to a shallower copy of the same code, and its returns look for the return addresses of all calls of the function. Where
// a call's return is expected but the callee is not in the region, and at loop headers, the region can also be entered.

import { IrBlock } from "../../ir/block.js";
import { HINT_CALL, HINT_RETURN, Op } from "../../ir/ops.js";
import { B_COUNT, B_INSNS, B_TAKEN, B_TARGET_COUNT, B_TARGETS } from "../../layout/block.js";
import {
  BYTES_BLOCK,
  BYTES_CALL,
  BYTES_MEMORY,
  BYTES_NODE,
  COLD,
  MAX_BLOCKS,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_RETURNS,
  MIN_COUNT,
  UNEXPECTED,
} from "../../tuning/regions.js";
import type { BlockDecoder } from "./decode.js";
import type { Draft, DraftBlock, RegionBlock, RegionPage, Target } from "./region.js";
import { MAX_DISPLACEMENT } from "./site.js";
import type { BlockSource } from "./source.js";

/** A call the region has followed; the one numbered 0 is the region's own start. */
interface Frame {
  readonly caller: Frame | undefined;
  readonly depth: number;
  /** Displacement of the callee. */
  readonly start: number;
  /** Displacement the callee returns to. */
  readonly returnsTo: number;
  /** Its blocks by displacement: chosen ones, and candidates. */
  readonly index: Map<number, number>;
  readonly waiting: Map<number, Candidate>;
}

function newFrame(caller: Frame | undefined, start: number, returnsTo: number): Frame {
  return { caller, depth: caller ? caller.depth + 1 : 0, start, returnsTo, index: new Map(), waiting: new Map() };
}

interface Chosen extends DraftBlock {
  header: number;
  page2?: number;
  phys2?: number;
  crossingAccesses?: boolean;
  targets: Target[];
  frame: Frame;
  /** What the end of the block leads to, in the order of `targets`. */
  next: Place[];
}

/** A candidate: code at a displacement, in a frame. */
interface Place {
  disp: number;
  frame: Frame;
}

interface Candidate extends Place {
  weight: number;
}

/** Limits that other regions set to a new one. Addresses are physical ones of blocks. */
export interface Others {
  /** Bytes of Wasm the new one may have. */
  readonly maxBytes: number;
  /** Blocks that are left to another region. */
  keep(phys: number): boolean;
  /** Blocks whose entries the new region takes over. */
  replace(phys: number): boolean;
  /** Blocks that were hot in the discarded regions the new one replaces. */
  inherit(phys: number): boolean;
  /** Code whose accesses turned out to lie in several pages. */
  readonly crossings: { within(phys: number, bytes: number): boolean };
}

export class RegionSelector {
  /** IR of blocks, used again for the next region. */
  private readonly pool: IrBlock[] = [];
  private used = 0;

  constructor(
    private readonly source: BlockSource,
    private readonly decoder: BlockDecoder,
  ) {}

  /**
   * The region that starts at a hot block, whose start the program counter is at; undefined when none can be made there.
   * `others` are the regions there are.
   * The region's IR and code are valid until the next call.
   */
  select(header: number, mode: number, others: Others): Draft | undefined {
    this.used = 0;
    const { source } = this;
    const phys = source.phys(header);
    const offset = phys % 4096;
    const pages: RegionPage[] = [];
    const pageIndex = new Map<number, number>();
    const pagePhys: number[] = [];
    const chosen: Chosen[] = [];
    const waiting = new Set<Candidate>();
    let bytes = 0;

    const pageOf = (disp: number): number => {
      const virtual = Math.floor((offset + disp) / 4096);
      const known = pageIndex.get(virtual);
      if (known !== undefined) return known;
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
    const runs = Math.max(1, source.read(header, B_COUNT));
    /** What a block's own count says: how often it is entered from wherever. */
    const ownWeight = (disp: number): number => {
      const at = source.target(disp);
      const block = at < 0 ? 0 : source.find(at, mode);
      return block === 0 ? 0 : Math.min(UNEXPECTED, source.read(block, B_COUNT) / runs);
    };
    const inherited = new Set<number>();
    /** What the region follows had this block, and it has not been offered yet. */
    const inherits = (disp: number): boolean => {
      const at = source.target(disp);
      if (inherited.has(at) || !others.inherit(at)) return false;
      inherited.add(at);
      return true;
    };
    const want = ({ disp, frame }: Place, share: number) => {
      if (Math.abs(disp) >= MAX_DISPLACEMENT || frame.index.has(disp)) return;
      let weight = share;
      if (share < UNEXPECTED && inherits(disp)) weight = UNEXPECTED;
      else if (share < COLD && frame.depth <= 1) weight = Math.max(share, ownWeight(disp));
      if (weight < COLD) return;
      const known = frame.waiting.get(disp);
      if (known) {
        known.weight += weight;
        return;
      }
      const candidate = { disp, frame, weight };
      frame.waiting.set(disp, candidate);
      waiting.add(candidate);
    };

    want({ disp: 0, frame: newFrame(undefined, 0, Number.NaN) }, 1);
    while (waiting.size > 0 && chosen.length < MAX_BLOCKS) {
      let best: Candidate | undefined;
      for (const candidate of waiting) if (!best || candidate.weight > best.weight) best = candidate;
      const { disp, frame } = best!;
      waiting.delete(best!);
      frame.waiting.delete(disp);
      const page = pageOf(disp);
      if (page < 0) continue;
      const at = pagePhys[page]! + ((offset + disp) & 4095);
      if (chosen.length > 0 && others.keep(at)) continue;
      let block = source.find(at, mode);
      let page2 = -1;
      if (block === 0 && chosen.length > 0) {
        page2 = pageOf(disp + 4096 - (at % 4096));
        if (page2 >= 0) block = source.find(at, mode, pages[page2]!.host / 4096);
      }
      if (block === 0 || (chosen.length > 0 && source.read(block, B_COUNT) < MIN_COUNT)) continue;
      const next = this.translate(block, at, mode, best!, page, page2 < 0 ? undefined : pages[page2]!.host);
      if (!next) continue;
      if (page2 >= 0) {
        next.page2 = page2;
        next.phys2 = pagePhys[page2]!;
      }
      next.crossingAccesses = others.crossings.within(at, next.ir.bytes);
      bytes += estimate(next.ir);
      if (bytes > others.maxBytes && chosen.length > 0) break;
      frame.index.set(disp, chosen.length);
      chosen.push(next);
      this.successors(next, others, want);
    }
    if (chosen.length === 0) return undefined;

    findTargets(chosen);
    return { mode, blocks: chosen, entries: chooseEntries(chosen, others), pages, record: 0 };
  }

  private translate(
    header: number,
    phys: number,
    mode: number,
    place: Candidate,
    page: number,
    second: number | undefined,
  ): Chosen | undefined {
    let ir = this.pool[this.used];
    if (!ir) {
      ir = new IrBlock();
      this.pool.push(ir);
    }
    const { source } = this;
    const code = source.code(source.hostOf(phys), second);
    const insns = source.read(header, B_INSNS);
    const result = this.decoder.decode(ir, code, phys, second !== undefined, insns, mode, 0);
    if (result.status !== "ok" || ir.crossesPage !== (second !== undefined)) return undefined;
    this.used++;
    const { disp, frame, weight } = place;
    const { context } = result;
    return { ir, code, header, phys, disp, page, weight, targets: [], entry: 0, context, frame, next: [] };
  }

  /** Notes where a block leads and offers that. */
  private successors(block: Chosen, others: Others, want: (place: Place, weight: number) => void): void {
    const { ir, disp, weight, header, frame } = block;
    const { source } = this;
    const last = ir.count - 1;
    const a = ir.a[last]!;
    const go = (to: number, inFrame: Frame | undefined, share: number) => {
      if (!inFrame) return;
      const place: Place = { disp: to, frame: inFrame };
      block.next.push(place);
      want(place, weight * share);
    };
    switch (ir.op[last] as Op) {
      case Op.GOTO:
        if (ir.b[last] !== HINT_CALL) {
          go(disp + a, frame, 1);
          return;
        }
        want({ disp: disp + ir.c[last]!, frame }, weight);
        block.next.push({ disp: disp + a, frame: newFrame(frame, disp + a, disp + ir.c[last]!) });
        if (frame.depth < MAX_DEPTH) want(block.next[0]!, weight);
        return;
      case Op.BRANCH: {
        const runs = Math.max(1, source.read(header, B_COUNT));
        const taken = Math.min(1, source.read(header, B_TAKEN) / runs);
        go(disp + ir.b[last]!, frame, taken);
        go(disp + ir.c[last]!, frame, 1 - taken);
        return;
      }
      case Op.JUMP: {
        if (ir.b[last] === HINT_RETURN) {
          go(frame.returnsTo, frame.caller, 0);
          if (frame.caller) return;
          // It starts within a function. Where that is known to be a part of something larger it goes on in the caller.
          for (const to of this.targetsSeen(header)) if (others.inherit(source.target(to))) go(to, frame, 1 / 2);
          return;
        }
        const call = ir.b[last] === HINT_CALL;
        if (call) want({ disp: disp + ir.c[last]!, frame }, weight);
        if (call && frame.depth === MAX_DEPTH) return;
        this.targetsSeen(header).forEach((to, k) => {
          go(to, call ? newFrame(frame, to, disp + ir.c[last]!) : frame, 1 / (k + 2));
        });
        return;
      }
    }
  }

  /** Displacements of the indirect targets a block has had, the latest first. */
  private targetsSeen(header: number): number[] {
    const seen: number[] = [];
    for (let k = 0; k < B_TARGET_COUNT; k++) {
      const to = this.source.distance(header, B_TARGETS + 8 * k);
      if (!Number.isNaN(to)) seen.push(to);
    }
    return seen;
  }
}

/** The block each edge leads to: that of its frame, else the one of the shallowest frame with the same code. */
function findTargets(chosen: readonly Chosen[]): void {
  const anywhere = new Map<number, number>();
  const frames = new Set<Frame>();
  chosen.forEach(({ disp, frame }, k) => {
    frames.add(frame);
    const known = anywhere.get(disp);
    if (known === undefined || frame.depth < chosen[known]!.frame.depth) anywhere.set(disp, k);
  });
  // Frames that are also entered otherwise than by their call.
  const shared = new Set<Frame>();
  for (const block of chosen) {
    block.targets = block.next.map(({ disp, frame }): Target => {
      const own = frame.index.get(disp);
      const other = own === undefined ? anywhere.get(disp) : undefined;
      if (other !== undefined) shared.add(chosen[other]!.frame);
      return { disp, block: own ?? other ?? -1 };
    });
  }
  for (const block of chosen) {
    const { ir, frame } = block;
    const last = ir.count - 1;
    if (ir.op[last] !== Op.JUMP) continue;
    if (ir.b[last] === HINT_RETURN && (!frame.caller || shared.has(frame))) addReturns(block, frame, frames);
    // A guess at a computed target is of use only inside.
    block.targets = block.targets.filter((t) => t.block >= 0);
  }
}

/** Where other calls of the function that returns continue. A region that starts within a function does not know which it is. */
function addReturns(block: Chosen, frame: Frame, frames: ReadonlySet<Frame>): void {
  for (const { start, returnsTo, caller } of frames) {
    if (block.targets.length === MAX_RETURNS) return;
    if (!caller || (frame.caller && start !== frame.start) || block.targets.some((t) => t.disp === returnsTo)) continue;
    const to = caller.index.get(returnsTo);
    if (to !== undefined) block.targets.push({ disp: returnsTo, block: to });
  }
}

function estimate(ir: IrBlock): number {
  let bytes = BYTES_BLOCK;
  for (let i = 0; i < ir.count; i++) {
    const op = ir.op[i] as Op;
    bytes +=
      op === Op.LOAD || op === Op.STORE || op === Op.ATOMIC ? BYTES_MEMORY : op === Op.CALL ? BYTES_CALL : BYTES_NODE;
  }
  return bytes;
}

/**
 * The hot block, what nothing in the region reaches otherwise, loop headers, where a region stops when out of fuel, and
 * the entries of regions it takes the place of.
 */
function chooseEntries(chosen: readonly RegionBlock[], others: Others): number[] {
  const entries = [0];
  const add = (k: number): boolean => {
    // An instruction across two pages depends on both mappings, which the dispatcher does not check for a region: no entry there.
    if (chosen[k]!.page2 !== undefined) return false;
    if (entries.length === MAX_ENTRIES || entries.some((e) => chosen[e]!.disp === chosen[k]!.disp)) return false;
    entries.push(k);
    return true;
  };
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
    if (add(k)) visit(k);
  }
  for (const k of headers) add(k);
  chosen.forEach(({ phys }, k) => {
    if (others.replace(phys)) add(k);
  });
  return entries;
}
