// ATOMIC and FENCE of the IR: the reference reading, tier 0 and tier 1 do the same, wherever the access goes.

import { describe, expect, it } from "vitest";
import type { Frontend, TranslateOptions } from "../../../src/arch/frontend.js";
import { IrBlock } from "../../../src/ir/block.js";
import { IrBuilder } from "../../../src/ir/builder.js";
import { Ty } from "../../../src/ir/ops.js";
import { print } from "../../../src/ir/print.js";
import { verify } from "../../../src/ir/testing/verify.js";
import * as L from "../../../src/layout/layout.js";
import { runBlock } from "../../../src/tier1/testing/reference.js";
import { RegionTier } from "../../../src/tier1/tier1.js";
import { ToyCpu } from "../../../testing/toy/cpu.js";
import * as T from "../../../testing/toy/layout.js";

const CODE = 0x10000;
const DATA = 0x40000;
const DEVICE = 0x20000000;
const ROUNDS = 60;
/** Where each is executed alone: beside code, which stays there for so many, and in devices. */
const ROUNDS_ALONE = 15;
/** Slots: address, value, what is expected, results. */
const [ADDRESS, VALUE, EXPECTED, RESULT, SUM] = [0, 1, 2, 3, 4].map((n) => T.T_REG + 8 * n) as [
  number,
  number,
  number,
  number,
  number,
];
const KINDS = {
  add: L.ATOMIC_ADD,
  and: L.ATOMIC_AND,
  or: L.ATOMIC_OR,
  xor: L.ATOMIC_XOR,
  xchg: L.ATOMIC_XCHG,
  min: L.ATOMIC_MIN,
  max: L.ATOMIC_MAX,
  minu: L.ATOMIC_MINU,
  maxu: L.ATOMIC_MAXU,
  cas: L.ATOMIC_CAS,
  exclusive: L.ATOMIC_LOAD_EXCLUSIVE,
};
type Kind = keyof typeof KINDS;

/** A guest of one instruction, one byte long: the operation, then the next value is made of what it gave. It loops. */
class OneInstruction implements Frontend {
  readonly helpers = [];
  readonly maxInsnBytes = 1;
  readonly contextSlot = T.T_CONTEXT;
  private readonly builder = new IrBuilder([]);

  constructor(
    private readonly kind: Kind,
    private readonly size: number,
  ) {}

  translate(block: IrBlock, _code: Uint8Array, _options: TranslateOptions): { status: "ok"; context: number } {
    const b = this.builder;
    b.begin(block);
    const address = b.ld(ADDRESS, Ty.I64);
    const value = b.ld(VALUE, Ty.I64);
    const result = this.operation(address, value);
    b.fence();
    b.st(RESULT, result);
    b.st(SUM, b.add(b.mul(b.ld(SUM, Ty.I64), b.i64(31)), result));
    const next = b.add(b.mul(value, b.i64(0x2d, 0x5851f42d)), b.i64(0x14057b7f));
    b.st(VALUE, b.xor(next, b.shru(next, b.i64(29))));
    // Every other time it is what was found last.
    const odd = b.wrap(b.and(b.shru(next, b.i64(40)), b.i64(1)));
    b.st(EXPECTED, b.select(odd, result, value));
    b.goto(0);
    block.insns = 1;
    block.insnOffset[0] = 0;
    block.insnOffset[1] = 1;
    return { status: "ok", context: 0 };
  }

  private operation(address: number, value: number): number {
    const b = this.builder;
    const word = this.size | KINDS[this.kind];
    if (this.kind === "cas") return b.atomic(address, word, value, b.ld(EXPECTED, Ty.I64));
    if (this.kind !== "exclusive") return b.atomic(address, word, value);
    // Between the two another place is stored to, or this one.
    const loaded = b.atomic(address, word);
    const same = b.wrap(b.and(b.shru(value, b.i64(33)), b.i64(1)));
    b.store(b.select(same, address, b.add(address, b.i64(64))), b.add(value, b.i64(1)), 3);
    const failed = b.atomic(address, this.size | L.ATOMIC_STORE_EXCLUSIVE, value);
    const again = b.atomic(address, this.size | L.ATOMIC_STORE_EXCLUSIVE, b.add(value, b.i64(2)));
    return b.add(b.add(b.add(loaded, loaded), failed), b.shl(again, b.i64(1)));
  }

  disassemble(): { length: number; text: string } {
    return { length: 1, text: this.kind };
  }
}

function start(frontend: Frontend, address: number, tier1: boolean, device: Uint8Array): ToyCpu {
  const registers = new DataView(device.buffer);
  const cpu = new ToyCpu({
    frontend,
    ram: [{ address: 0, length: 2 << 20 }],
    hooks: {
      mmioRead(at, size) {
        const offset = at - DEVICE;
        return size === 1
          ? registers.getUint8(offset)
          : size === 2
            ? registers.getUint16(offset, true)
            : registers.getUint32(offset, true);
      },
      mmioWrite(at, size, value) {
        const offset = at - DEVICE;
        if (size === 1) registers.setUint8(offset, value);
        else if (size === 2) registers.setUint16(offset, value, true);
        else registers.setUint32(offset, value, true);
      },
    },
    ...(tier1
      ? {
          tier1: (engine) => new RegionTier(engine, { eager: true, hotBlock: { system: 4, user: 4 }, unlimited: true }),
        }
      : {}),
  });
  const { memory } = cpu.engine;
  cpu.engine.update(cpu.vcpu);
  cpu.vcpu.set64(L.S_PC, BigInt(CODE));
  const at = memory.physical.hostOf(DATA);
  for (let k = 0; k < 0x4000; k++) memory.u8[at + k] = pattern(k);
  for (const [slot, value] of initial(address)) cpu.vcpu.set64(slot, value);
  return cpu;
}

const pattern = (k: number): number => (k * 37 + (k >> 8)) & 0xff;

const initial = (address: number): [number, bigint][] => [
  [ADDRESS, BigInt(address)],
  [VALUE, 0x123456789abcdef1n],
  [EXPECTED, 0n],
  [RESULT, 0n],
  [SUM, 7n],
];

/** Slots and memory around the place after so many rounds. */
interface Outcome {
  slots: string[];
  bytes: string;
}

function byEngine(
  frontend: Frontend,
  address: number,
  rounds: number,
  tier1: boolean,
): Outcome & { inRegions: number } {
  const device = Uint8Array.from({ length: 4096 }, (_, k) => pattern(k));
  const cpu = start(frontend, address, tier1, device);
  expect(cpu.run(rounds)).toBe("budget");
  const { u8, physical } = cpu.engine.memory;
  return {
    slots: initial(0).map(([slot]) => cpu.vcpu.get64(slot).toString(16)),
    bytes: around(u8, device, address, physical.hostOf(address)),
    inRegions: cpu.engine.inRegions,
  };
}

function byReading(frontend: Frontend, address: number, rounds: number): Outcome {
  const device = Uint8Array.from({ length: 4096 }, (_, k) => pattern(k));
  const cpu = start(frontend, address, false, device);
  const { u8, physical } = cpu.engine.memory;
  const ir = new IrBlock();
  frontend.translate(ir, u8, { mode: 0, maxInsns: 1, pageBytes: 4096, secondPage: false, entry: 0 });
  expect(verify(ir, [])).toEqual([]);
  expect(print(ir, [])).toContain("ATOMIC_");
  const state = new DataView(new ArrayBuffer(0x1000));
  for (const [slot, value] of initial(address)) state.setBigUint64(slot, value, true);
  const base = physical.hostOf(0);
  const here = address >= DEVICE ? { ram: device, base: -DEVICE } : { ram: u8, base };
  const world = { state, ram: here.ram, locate: (va: bigint) => here.base + Number(va), call: () => 0n };
  for (let round = 0; round < rounds; round++) runBlock(world, ir);
  return {
    slots: initial(0).map(([slot]) => state.getBigUint64(slot, true).toString(16)),
    bytes: around(u8, device, address, physical.hostOf(address)),
  };
}

function around(u8: Uint8Array, device: Uint8Array, address: number, host: number): string {
  const [bytes, at] = address >= DEVICE ? [device, address - DEVICE] : [u8, host];
  return bytes.subarray(at - 8, at + 96).join();
}

const PLACES: readonly [string, number, (size: number, kind: Kind) => boolean][] = [
  ["aligned", DATA + 0x108, () => true],
  ["misaligned", DATA + 0x203, (size) => size > 0],
  ["across the end of a page", DATA + 0xfff, (size) => size > 0],
  ["in a page with code", CODE + 0x400, () => true],
  // What a device answers is never watched: the store of a pair fails there always.
  ["in a device", DEVICE + 0x108, (_, kind) => kind !== "exclusive"],
];

describe.each(Object.keys(KINDS) as Kind[])("%s", (kind) => {
  it.each(PLACES)("%s", (name, address, applies) => {
    const rounds = name === "in a page with code" || name === "in a device" ? ROUNDS_ALONE : ROUNDS;
    for (const size of [0, 1, 2, 3]) {
      if (!applies(size, kind)) continue;
      const frontend = new OneInstruction(kind, size);
      const expected = byReading(frontend, address, rounds);
      for (const tier1 of [false, true]) {
        const { inRegions, ...outcome } = byEngine(frontend, address, rounds, tier1);
        expect({ size, tier1, ...outcome }).toEqual({ size, tier1, ...expected });
        if (tier1 && name === "aligned") expect(inRegions).toBeGreaterThan(ROUNDS / 2);
      }
    }
  });
});
