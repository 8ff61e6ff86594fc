// Random regions: what the generated function does to guest state and memory against a plain reading of the IR.

import fc from "fast-check";
import { expect, it } from "vitest";
import { IrBlock } from "../../ir/block.js";
import { IrBuilder, type Value } from "../../ir/builder.js";
import { type HelperDef, helper, pure, system } from "../../ir/helpers.js";
import { HINT_JUMP, Op, PcWidth, Ty } from "../../ir/ops.js";
import { print } from "../../ir/print.js";
import { verify } from "../../ir/testing/verify.js";
import { WOp } from "../../ir/wasm-ops.js";
import { MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK } from "../../layout/access.js";
import { CPUS } from "../../layout/memory.js";
import {
  S_TLB,
  TLB_ADDEND,
  TLB_ENTRIES,
  TLB_EXEC,
  TLB_EXEC_ADDEND,
  TLB_MODE_SIZE,
  TLB_READ,
  TLB_STRIDE,
  TLB_WRITE,
} from "../../layout/tlb.js";
import {
  MODE_MMU_SHIFT,
  S_ATTENTION,
  S_CROSSING,
  S_EXACT,
  S_FAULT,
  S_FUEL,
  S_LOCAL_PAGE,
  S_MODE,
  S_PAGES,
  S_PC,
  S_PENDING,
  S_RET2,
} from "../../layout/vcpu.js";
import type { Region, RegionBlock, Target } from "../form/region.js";
import { link } from "../link/linker.js";
import { readSlot, runBlock, writeSlot } from "../testing/reference.js";
import { OPERANDS, shortcutHelpers } from "../testing/shortcut-helpers.js";
import { emitRegion, REGION_TYPE } from "./emit.js";
import { Runtime } from "./runtime.js";

const GPR = Array.from({ length: 8 }, (_, i) => 0x100 + 8 * i);
/** Hold addresses of data, to which only constants are added. */
const POINTERS = [0x150, 0x158];
const WORDS = [0x198, 0x19c, 0x1a0];
const VECTORS = [0x800, 0x810, 0x820];
/** Two slots that overlap: have to stay in memory. */
const MIXED = 0x900;
/** The second of WORDS: flags of SHORTCUTS. */
const FLAGS = 0x19c;
const SHORTCUTS = shortcutHelpers(FLAGS);
const helpers: HelperDef[] = [
  pure("mix"),
  helper("swap", { reads: [[GPR[0]!, GPR[1]!]], writes: [[GPR[1]!, GPR[2]!]] }),
  system("all"),
  helper("partial", { reads: [[GPR[2]!, GPR[4]!]], writes: [[GPR[2]!, GPR[4]!]], fault: true, exact: true }),
  ...SHORTCUTS.map(({ def }) => def),
];
const FIRST_SHORTCUT = helpers.length - SHORTCUTS.length;

const MMU = 11;
const MODE = (MMU << MODE_MMU_SHIFT) | 5;
const RAM = 0x600000;
const PAGES = 8;
const DATA = 0x7f1234560000n;
/** Virtual page to RAM page; what the access may do, and whether the TLB has it. */
const MAP = [
  { page: 3, write: true, tlb: true },
  { page: 1, write: true, tlb: true },
  { page: 0, write: false, tlb: true },
  { page: 6, write: true, tlb: false },
  { page: -1, write: false, tlb: false },
  { page: 5, write: true, tlb: true },
  { page: 2, write: false, tlb: false },
  { page: 4, write: true, tlb: true },
];

function locate(va: bigint, write: boolean): number {
  const page = (va - DATA) >> 12n;
  if (page < 0n || page >= BigInt(PAGES)) return -1;
  const entry = MAP[Number(page)]!;
  if (entry.page < 0 || (write && !entry.write)) return -1;
  return entry.page * 4096 + Number(va & 0xfffn);
}

/** Helpers, on a state whose offset 0 is `cpu`. */
function callHelper(state: DataView, id: number, a: bigint, b: bigint, c: bigint): bigint {
  const u = (v: bigint) => BigInt.asUintN(64, v);
  const get = (slot: number) => readSlot(state, slot, Ty.I64);
  const count = u(BigInt(state.getInt32(S_FUEL, true) + state.getInt32(S_PENDING, true)));
  switch (id) {
    case 0:
      return u(a * 3n + (b ^ c));
    case 1:
      if (a & 1n) writeSlot(state, GPR[1]!, Ty.I64, u(get(GPR[0]!) + a));
      return get(GPR[0]!);
    case 2:
      if ((a & 3n) === 3n) {
        state.setInt32(S_FAULT, 1, true);
        return 0n;
      }
      for (const slot of GPR) writeSlot(state, slot, Ty.I64, u(get(slot) * 5n + b));
      state.setUint32(WORDS[0]!, state.getUint32(WORDS[0]!, true) + 1, true);
      if ((a & 7n) === 1n) state.setInt32(S_ATTENTION, 1, true);
      return count;
    case 3:
      // Does part of its work, then faults.
      writeSlot(state, GPR[2]!, Ty.I64, u(get(GPR[3]!) + 1n));
      if ((a & 3n) === 1n) state.setInt32(S_FAULT, 1, true);
      else writeSlot(state, GPR[3]!, Ty.I64, count);
      return u(a + count);
    default:
      return SHORTCUTS[id - FIRST_SHORTCUT]!.call(a, b, c, (bits) => {
        state.setUint32(FLAGS, state.getUint32(FLAGS, true) | bits, true);
      });
  }
}

class Random {
  constructor(private state: number) {}
  int(n: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) | 0;
    return ((this.state >>> 8) ^ (this.state >>> 20)) % n;
  }
  word(): number {
    const kinds = [
      this.int(256),
      this.int(256) - 128,
      (this.int(65536) << 16) | this.int(65536),
      -1,
      0x80000000 | 0,
      1,
    ];
    return kinds[this.int(kinds.length)]!;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)]!;
  }
}

/** Builds the straight-line part of a block. */
class BlockMaker {
  readonly ir = new IrBlock();
  readonly b = new IrBuilder(helpers);
  private readonly bases: Value[] = [];
  private readonly pool: Record<number, Value[]> = { [Ty.I32]: [], [Ty.I64]: [], [Ty.V128]: [] };

  /** `accesses`: more of them, and fewer calls between them. */
  constructor(
    private readonly r: Random,
    private readonly accesses: boolean,
  ) {
    this.b.begin(this.ir);
  }

  value(ty: Ty): Value {
    const { b, r } = this;
    const pool = this.pool[ty]!;
    if (pool.length > 0 && r.int(3) > 0) return pool[Math.max(0, pool.length - 1 - r.int(4))]!;
    const made =
      ty === Ty.I32
        ? r.int(2)
          ? b.i32(r.word())
          : b.ld(r.pick(WORDS), ty)
        : ty === Ty.I64
          ? r.int(3)
            ? b.ld(r.pick(GPR), ty)
            : b.i64(r.word(), r.word())
          : r.int(4)
            ? b.ld(r.pick(VECTORS), ty)
            : b.v128(Uint8Array.from({ length: 16 }, () => r.int(256)));
    return this.add(ty, made);
  }

  /** A helper that has a shortcut; often it cannot be taken. */
  shortcut(): Value {
    const { b, r } = this;
    const n = r.int(SHORTCUTS.length);
    const operands = [0, 1, 2].map((k) => {
      if (k === SHORTCUTS[n]!.constant && r.int(4)) return b.i64(7);
      const bits = r.pick(OPERANDS);
      return r.int(6) ? b.i64(Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0) : this.value(Ty.I64);
    });
    // The flag is set, and at times it is not.
    if (r.int(4) === 0) b.st(FLAGS, b.i32(r.int(3)));
    return b.call(FIRST_SHORTCUT + n, ...operands);
  }

  add(ty: Ty, v: Value): Value {
    this.pool[ty]!.push(v);
    return v;
  }

  /** What is in a slot of POINTERS: blocks behind one another share checks of its accesses. */
  private pointer(): Value {
    return this.b.ld(this.r.pick(POINTERS), Ty.I64);
  }

  address(): Value {
    const { b, r } = this;
    if (r.int(2)) return b.add(this.pointer(), b.i64(r.int(r.pick([40, 40, 300])) - 20));
    // Several accesses off one base share their checks.
    if (this.bases.length > 0 && r.int(3)) return b.add(r.pick(this.bases), b.i64(r.int(r.pick([40, 400])) - 20));
    // Some at the end of a page.
    const edge = r.int(2) === 0;
    const offset = b.and(
      this.value(Ty.I64),
      b.i64(edge ? r.pick([0x1000, 0x7000]) : r.pick([0x7fff, 0x7ff8, 0xff, 0x1ff0])),
    );
    const base = b.or(offset, b.i64(Number(DATA & 0xffffffffn) | 0, Number(DATA >> 32n)));
    this.bases.push(base);
    return b.add(base, b.i64(edge ? r.int(8) - 7 : r.int(300) - 100));
  }

  memoryWord(ty: Ty): number {
    const { r } = this;
    if (ty === Ty.V128) return 4 | (r.int(2) ? MEM_ALIGN : 0);
    const size = r.int(ty === Ty.I32 ? 3 : 4);
    return size | (r.int(3) === 0 ? MEM_SIGNED : 0) | (r.int(6) === 0 ? MEM_ALIGN : 0);
  }

  /** The present instruction has changed something: it accesses memory no more, for it may be left there and begun again. */
  private committed = false;

  instruction(pos: number, steps: number): void {
    this.b.pos = pos;
    this.committed = false;
    for (let k = steps; k > 0; k--) this.step();
  }

  private step(): void {
    const { b, r } = this;
    const ty = r.pick([Ty.I32, Ty.I64, Ty.I64]);
    const kind = this.accesses && r.int(2) ? r.pick([11, 12]) : r.int(this.accesses && r.int(4) ? 13 : 16);
    if (this.committed && (kind === 11 || kind === 12)) return;
    this.committed ||= [9, 10, 12, 13, 15].includes(kind);
    switch (kind) {
      case 0:
      case 1:
      case 2: {
        const ops = ["add", "sub", "mul", "and", "or", "xor", "shl", "shru", "shrs", "rotl", "rotr"] as const;
        this.add(ty, b[r.pick(ops)](this.value(ty), this.value(ty)));
        break;
      }
      case 3: {
        const ops = ["eq", "ne", "ltu", "lts", "leu", "les"] as const;
        this.add(
          Ty.I32,
          b[r.pick(ops)](this.value(ty), r.int(4) ? this.value(ty) : ty === Ty.I32 ? b.i32(0) : b.i64(0)),
        );
        break;
      }
      case 4:
        this.add(ty, b[r.pick(["clz", "ctz", "popcnt", "bswap"] as const)](this.value(ty)));
        break;
      case 5:
        if (r.int(2)) this.add(ty, b.sext(this.value(ty), r.pick([8, 16, 32] as const)));
        else this.add(Ty.I64, b[r.pick(["mulhu", "mulhs"] as const)](this.value(Ty.I64), this.value(Ty.I64)));
        break;
      case 6:
        if (r.int(2)) this.add(Ty.I32, b.wrap(this.value(Ty.I64)));
        else this.add(Ty.I64, b[r.pick(["extu", "exts"] as const)](this.value(Ty.I32)));
        break;
      case 7: {
        const t = r.pick([Ty.I32, Ty.I64, Ty.V128]);
        this.add(t, b.select(this.value(Ty.I32), this.value(t), this.value(t)));
        break;
      }
      case 8:
        this.add(Ty.I64, b.pc(r.int(1000) - 500));
        break;
      case 9:
      case 10: {
        const slots = r.int(8);
        if (slots === 6) b.st(r.pick(POINTERS), b.add(this.pointer(), b.i64(r.int(64) - 32)));
        else if (slots === 7) b.st(r.pick(POINTERS), this.pointer());
        else if (slots === 0) b.st(r.pick(WORDS), this.value(Ty.I32));
        else if (slots === 1) b.st(r.pick(VECTORS), this.value(Ty.V128));
        else b.st(r.pick(GPR), this.value(Ty.I64));
        break;
      }
      case 11: {
        const t = r.int(5) === 0 ? Ty.V128 : ty;
        this.add(t, b.load(t, this.address(), this.memoryWord(t) | (t !== Ty.V128 && r.int(5) === 0 ? MEM_RMW : 0)));
        break;
      }
      case 12: {
        const t = r.int(5) === 0 ? Ty.V128 : ty;
        b.store(this.address(), this.value(t), this.memoryWord(t) & (MEM_SIZE_MASK | MEM_ALIGN));
        break;
      }
      case 13:
        if (r.int(3) === 0) this.add(Ty.I64, this.shortcut());
        this.add(
          Ty.I64,
          b.call(
            r.pick([0, 0, 1, 1, 3, 2]),
            this.value(Ty.I64),
            this.value(Ty.I64),
            r.int(2) ? this.value(Ty.I64) : -1,
          ),
        );
        break;
      case 14: {
        const x = this.value(Ty.V128);
        const y = this.value(Ty.V128);
        const s = this.value(Ty.I64);
        switch (r.int(8)) {
          case 6: {
            const divisor = b.or(this.value(Ty.I64), b.i64(1));
            const op = r.pick([WOp.i64_div_u, WOp.i64_rem_u]);
            this.add(Ty.I64, b.w(Ty.I64, op, s, divisor));
            break;
          }
          case 7: {
            const divisor = b.or(b.shru(this.value(Ty.I32), b.i32(1)), b.i32(1));
            const op = r.pick([WOp.i32_div_s, WOp.i32_rem_s, WOp.i32_div_u, WOp.i32_rem_u]);
            this.add(Ty.I32, b.w(Ty.I32, op, this.value(Ty.I32), divisor));
            break;
          }
          case 0:
            this.add(Ty.V128, b.w(Ty.V128, WOp.i64x2_add, x, y));
            break;
          case 1:
            this.add(Ty.V128, b.w(Ty.V128, WOp.v128_bitselect, x, y, this.value(Ty.V128)));
            break;
          case 2:
            this.add(Ty.V128, b.w(Ty.V128, WOp.i64x2_replace_lane, x, s, r.int(2)));
            break;
          case 3:
            this.add(Ty.I64, b.w(Ty.I64, WOp.i64x2_extract_lane, x, -1, r.int(2)));
            break;
          case 4:
            this.add(Ty.V128, b.w(Ty.V128, WOp.i64x2_splat, s));
            break;
          default:
            this.add(
              Ty.V128,
              b.shuffle(
                x,
                y,
                Uint8Array.from({ length: 16 }, () => r.int(32)),
              ),
            );
        }
        break;
      }
      default:
        if (r.int(3)) this.value(ty);
        else if (r.int(2)) b.st(MIXED, this.value(Ty.I64));
        else this.add(Ty.I32, b.ld(MIXED + 4, Ty.I32));
    }
  }
}

interface Size {
  seed: number;
  blocks: number;
  ops: number;
}

const BASE32 = 0x10000000n;
const BASE64 = 0x55550000_1000n;
/** Displacement of the second page. */
const FAR = 0x40001000;

function makeRegion({ seed, blocks: count, ops }: Size): { region: Region; base: bigint } {
  const r = new Random(seed);
  const pcWidth = r.int(4) === 0 ? PcWidth.W32 : PcWidth.W64;
  // Mostly forward and from one entry: what is known of one block holds for others.
  const straight = r.int(2) === 0;
  // Blocks of at most 64 bytes; now and then one in a page far away.
  const disps = Array.from({ length: count }, (_, k) => k * 0x40 + (r.int(4) === 0 ? FAR : 0));
  disps[0] = 0;
  const index = new Map(disps.map((d, k) => [d, k]));
  const blocks = disps.map((disp, k): RegionBlock => {
    const maker = new BlockMaker(r, straight);
    const { b, ir } = maker;
    ir.pcWidth = pcWidth;
    ir.insns = 1 + r.int(6);
    for (let i = 0; i <= ir.insns; i++) ir.insnOffset[i] = i * (1 + r.int(1) + 3);
    for (let p = 0; p < ir.insns; p++) {
      maker.instruction(p, r.int(ops + 1));
    }
    const near = disps.slice(k + 1, k + 3);
    const target = () => (r.int(6) === 0 ? 0x2340 : r.pick(straight && near.length > 0 && r.int(8) ? near : disps));
    const targets: Target[] = [];
    const add = (d: number) => {
      targets.push({ disp: d, block: index.get(d) ?? -1 });
      return d - disp;
    };
    switch (r.int(8)) {
      case 0:
      case 1:
        b.goto(add(target()));
        break;
      case 2: {
        const [x, y] = [target(), target()];
        // A condition that both sides compute: a choice between two of the region's blocks.
        const pick = b.select(maker.value(Ty.I32), b.pc(x - disp), b.pc(y - disp));
        const pc = pcWidth === PcWidth.W32 ? b.zext(pick, 32) : pick;
        if (r.int(3)) add(x);
        if (r.int(3) && x !== y) add(y);
        b.jump(pc, HINT_JUMP);
        break;
      }
      case 3:
        if (r.int(3) === 0) {
          b.st(S_PC, b.and(b.pc(target() - disp), b.i64(-1, pcWidth === PcWidth.W32 ? 0 : -1)));
          b.exit();
          break;
        }
      // falls through
      default: {
        const x = target();
        const y = target();
        const condition = r.int(2)
          ? b.and(maker.value(Ty.I32), b.i32(1))
          : b.ltu(maker.value(Ty.I64), maker.value(Ty.I64));
        b.branch(condition, x - disp, y - disp);
        if (ir.op[ir.count - 1] === Op.GOTO) add(ir.a[ir.count - 1]! + disp);
        else {
          add(x);
          add(y);
        }
      }
    }
    const faults = verify(ir, helpers);
    if (faults.length) throw new Error(`${faults.join("\n")}\n${print(ir, helpers)}`);
    const page = disp >= FAR ? 1 : 0;
    const crossingAccesses = r.int(straight ? 6 : 2) === 0;
    return {
      ir,
      disp,
      targets,
      weight: 1 + r.int(100),
      page,
      phys: 0x5000 + 0x1000 * page + (disp & 0xfff),
      crossingAccesses,
    };
  });
  const entries = [0];
  for (let k = 1; k < count; k++) if (r.int(straight ? 16 : 4) === 0) entries.push(k);
  const region: Region = {
    mode: MODE,
    blocks,
    entries,
    pages: [{ host: RAM + 0x5000 }, { host: RAM + 0x6000 }],
    record: 0,
  };
  return { region, base: pcWidth === PcWidth.W32 ? BASE32 : BASE64 };
}

const memory = new WebAssembly.Memory({ initial: 128 });
const bytes = new Uint8Array(memory.buffer);
const view = new DataView(memory.buffer);
const stateView = new DataView(memory.buffer, CPUS, 0x1000);
const runtime = new Runtime(helpers);

function tlbEntry(va: bigint, host: number, read: boolean, write: boolean, exec: boolean): void {
  const index = Number((va >> 12n) & BigInt(TLB_ENTRIES - 1));
  const entry = CPUS + S_TLB + MMU * TLB_MODE_SIZE + index * TLB_STRIDE;
  const never = BigInt(index ^ 1) << 12n;
  const tag = va & ~0xfffn;
  view.setBigUint64(entry + TLB_READ, read ? tag : never, true);
  view.setBigUint64(entry + TLB_WRITE, write ? tag : never, true);
  view.setBigUint64(entry + TLB_EXEC, exec ? tag : never, true);
  for (const field of [TLB_ADDEND, TLB_EXEC_ADDEND])
    view.setInt32(entry + field, Number(BigInt.asIntN(32, BigInt(host) - tag)), true);
}

const core: Record<string, unknown> = {};
helpers.forEach((def, id) => {
  core[def.name] = (_cpu: number, a: bigint, b: bigint, c: bigint) =>
    BigInt.asIntN(64, callHelper(stateView, id, BigInt.asUintN(64, a), BigInt.asUintN(64, b), BigInt.asUintN(64, c)));
});

core.crossing_open = (_cpu: number, va: bigint, size: number, write: number): number => {
  const allowed = (at: bigint) => {
    const entry = MAP[Number((at - DATA) >> 12n)];
    return at >= DATA && entry?.tlb && entry.page >= 0 && (!write || entry.write);
  };
  const last = va + BigInt(size - 1);
  if (va >> 12n === last >> 12n || !allowed(va) || !allowed(last)) return 0;
  hosts(va, size).forEach((at, i) => {
    bytes[CPUS + S_CROSSING + i] = bytes[at]!;
  });
  seen.crossings++;
  return CPUS + S_CROSSING;
};
core.crossing_close = (_cpu: number, va: bigint, size: number) => {
  hosts(va, size).forEach((at, i) => {
    bytes[at] = bytes[CPUS + S_CROSSING + i]!;
  });
};

/** Host addresses of the bytes at `va`. */
function hosts(va: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, i) => RAM + locate(va + BigInt(i), false));
}

function compile(region: Region): { run: (entry: number) => number; fuelNeeded: number } {
  const emitted = emitRegion(region, { helpers, contextSlot: WORDS[0]!, uncached: [], fused: false });
  const module = link([emitted.body], REGION_TYPE, runtime.resolve, { shared: false });
  const imports = Object.fromEntries(module.imports.map(({ name }) => [name, core[name]]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes as BufferSource), {
    e: { m: memory },
    c: imports as WebAssembly.ModuleImports,
  });
  const f = instance.exports["0"] as (cpu: number, entry: number) => number;
  return { run: (entry) => f(CPUS, entry), fuelNeeded: emitted.fuelNeeded };
}

function setUp(r: Random, region: Region, base: bigint, entry: number): void {
  bytes.fill(0, CPUS, CPUS + 0x1000);
  for (let i = 0x100; i < 0x1000; i += 4) view.setInt32(CPUS + i, r.int(3) ? r.word() : r.int(4096), true);
  for (let i = 0; i < PAGES * 4096; i += 4) view.setInt32(RAM + i, r.word(), true);
  for (const slot of POINTERS) {
    const page = r.int(4) ? 0 : r.int(PAGES);
    // Now and then near the end of a page.
    const offset = r.int(3) ? 1024 + r.int(2048) : 3800 + r.int(296);
    view.setBigUint64(CPUS + slot, DATA + BigInt(page * 4096 + offset), true);
  }
  MAP.forEach((m, i) => {
    const va = DATA + BigInt(i) * 4096n;
    tlbEntry(va, RAM + m.page * 4096, m.tlb, m.tlb && m.write, false);
  });
  region.pages.forEach((page, i) => {
    tlbEntry(base + BigInt(i * FAR), page.host, false, false, r.int(8) > 0);
  });
  view.setBigUint64(CPUS + S_PC, base + BigInt(region.blocks[region.entries[entry]!]!.disp), true);
  view.setInt32(CPUS + S_MODE, MODE, true);
  view.setInt32(CPUS + S_EXACT, r.int(2), true);
}

function accessesOf(ir: IrBlock): number[] {
  return [...Array(ir.count).keys()].filter((n) => ir.op[n] === Op.LOAD || ir.op[n] === Op.STORE);
}

/**
 * Whether instruction `at` of a block accesses memory and some access of the block, or of one that may share its check, may not be
 * done inline.
 */
function mayMiss(state: DataView, { blocks }: Region, ir: IrBlock, at: number): boolean {
  const accesses = accessesOf(ir);
  const now = accesses.filter((n) => ir.pos[n] === at);
  if (now.length === 0) return false;
  const slotOf = (block: IrBlock, n: number) => (block.op[block.a[n]!] === Op.LD ? block.a[block.a[n]!]! : -1);
  // One slot may have been given what was in the other.
  const pointer = (block: IrBlock) => (n: number) => POINTERS.includes(slotOf(block, n));
  if (now.some(pointer(ir)) && blocks.some((other) => other.ir !== ir && accessesOf(other.ir).some(pointer(other.ir))))
    return true;
  if (accesses.filter((n) => ir.pos[n]! >= at).length > 1) return true;
  return accesses.some((n) => {
    // What is stored in the slots an address is made of now; computed addresses, and slots that change, are not looked into.
    const slot = slotOf(ir, n);
    if (slot < 0 || ir.op.some((op, i) => i < ir.count && op === Op.ST && ir.a[i] === slot)) return true;
    const size = 1 << (ir.c[n]! & MEM_SIZE_MASK);
    const va = readSlot(state, slot, Ty.I64) + BigInt(ir.d[n]!);
    const page = Number((va - DATA) >> 12n);
    const misaligned = (ir.c[n]! & MEM_ALIGN) !== 0 && va % BigInt(size) !== 0n;
    return misaligned || !MAP[page]?.tlb || !MAP[page]!.write || Number(va & 0xfffn) + size > 4096;
  });
}

const seen = { faults: 0, exits: 0, misses: 0, insns: 0, runs: 0, full: 0, crossings: 0 };

function check(size: Size): void {
  const { region, base } = makeRegion(size);
  const { run, fuelNeeded } = compile(region);
  const byPc = new Map(region.blocks.map((b) => [base + BigInt(b.disp), b]));
  for (let entry = 0; entry < region.entries.length; entry++) {
    const r = new Random(size.seed + entry);
    setUp(r, region, base, entry);
    const fuel = r.int(3) ? 300 : 1 + r.int(60);
    view.setInt32(CPUS + S_FUEL, fuel, true);
    const exact = view.getInt32(CPUS + S_EXACT, true) !== 0;
    const state = new DataView(memory.buffer.slice(CPUS, CPUS + 0x1000));
    const ram = bytes.slice(RAM, RAM + PAGES * 4096);
    const result = run(entry);
    const used = fuel - view.getInt32(CPUS + S_FUEL, true);
    if (exact) expect(used).toBeLessThanOrEqual(fuel);
    // The same instructions, block by block.
    const world = {
      state,
      ram,
      locate,
      call: (id: number, a: bigint, b: bigint, c: bigint) => callHelper(state, id, a, b, c),
    };
    let done = 0;
    let missed = false;
    while (result ? state.getInt32(S_FAULT, true) === 0 : done < used) {
      const block = byPc.get(state.getBigUint64(S_PC, true));
      if (!block || done > used || state.getInt32(S_FAULT, true) !== 0)
        throw new Error(`left the region after ${done} of ${used} instructions`);
      const limit = result ? block.ir.insns : Math.min(block.ir.insns, used - done);
      done += runBlock(world, block.ir, limit);
      missed = limit < block.ir.insns;
      if (missed) expect(mayMiss(state, region, block.ir, limit)).toBe(true);
    }
    if (used === 0 && result === 0 && (!exact || fuel >= fuelNeeded)) {
      missed = true;
      expect(mayMiss(state, region, region.blocks[region.entries[entry]!]!.ir, 0)).toBe(true);
    }
    expect(done).toBe(used);
    seen.runs++;
    seen.insns += used;
    if (result) seen.faults++;
    else if (missed) seen.misses++;
    else if (used >= fuel) seen.full++;
    else seen.exits++;
    state.setInt32(S_ATTENTION, view.getInt32(CPUS + S_ATTENTION, true), true);
    for (const known of [S_PAGES, S_LOCAL_PAGE]) state.setInt32(known, view.getInt32(CPUS + known, true), true);
    // A fault leaves no result.
    if (result) state.setBigUint64(S_RET2, view.getBigUint64(CPUS + S_RET2, true), true);
    const got = new Uint8Array(memory.buffer, CPUS, 0x1000);
    const want = new Uint8Array(state.buffer);
    for (let i = 0; i < 0x1000; i += 4) {
      if (view.getInt32(CPUS + i, true) === state.getInt32(i, true)) continue;
      throw new Error(
        `state +0x${i.toString(16)}: ${view.getInt32(CPUS + i, true).toString(16)}, expected ${state.getInt32(i, true).toString(16)}, ` +
          `entry ${entry}, ${used} instructions, result ${result}\n` +
          region.blocks
            .map((b) => `+0x${b.disp.toString(16)} ${JSON.stringify(b.targets)}\n${print(b.ir, helpers)}`)
            .join("\n"),
      );
    }
    expect(got.length).toBe(want.length);
    expect(Buffer.compare(bytes.slice(RAM, RAM + PAGES * 4096), ram)).toBe(0);
  }
}

const sizes = fc.record({
  seed: fc.integer(),
  blocks: fc.integer({ min: 1, max: 9 }),
  ops: fc.integer({ min: 0, max: 8 }),
});

it("generated code does what the IR says, on random regions", () => {
  fc.assert(fc.property(sizes, check), { numRuns: 5000 });
  // The test must reach all ways out.
  expect(Math.min(seen.faults, seen.exits, seen.misses, seen.full)).toBeGreaterThan(100);
  expect(seen.crossings).toBeGreaterThan(10);
});
