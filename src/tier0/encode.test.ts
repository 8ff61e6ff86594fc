import { describe, expect, it } from "vitest";
import { toyModule } from "../../testing/toy/build.js";
import { IrBlock } from "../ir/block.js";
import { IrBuilder } from "../ir/builder.js";
import { helper, pure } from "../ir/helpers.js";
import { Ty } from "../ir/ops.js";
import { S_TEMPS } from "../layout/vcpu.js";
import { BlockTooLarge, type EncodeCall, Tier0Encoder } from "./encode.js";
import * as T from "./layout.js";
import * as U from "./uops.js";

const CODE = 0x200000;
const AREA = 0x100000;
const [R, S, F] = [0x100, 0x108, 0x110];
const HELPERS = [pure("twice"), helper("touch", { reads: [[S, S + 8]], writes: [[R, R + 8]] })];

function testEncoder() {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module, name } of WebAssembly.Module.imports(toyModule())) {
    imports[module] ??= {};
    imports[module][name] = () => 0;
  }
  imports.env!.memory = memory;
  const call = new WebAssembly.Instance(toyModule(), imports).exports.tier0_encode as EncodeCall;
  const encoder = new Tier0Encoder(memory.buffer, AREA, call, HELPERS);
  const builder = new IrBuilder(HELPERS);
  builder.begin(encoder.block);
  const finish = () => {
    encoder.block.insns = 1;
    const size = encoder.encode(CODE, 0, true);
    const view = new DataView(memory.buffer, CODE, size);
    return Array.from({ length: size / U.UOP_SIZE }, (_, k) => {
      const at = k * U.UOP_SIZE;
      const [op, d, a, b] = [0, 2, 4, 6].map((field) => view.getUint16(at + field, true));
      return [op, d, a, b, view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    });
  };
  return { b: builder, finish };
}

describe("Tier0Encoder", () => {
  it("finds the IR where the core does", () => {
    const block = new IrBlock(T.IR_NODES, new ArrayBuffer(T.IR_END), T.IR);
    const { op, ty, a, b, c, d, maybeLo, maybeHi, pos, insnOffset } = block;
    expect([op, ty, a, b, c, d, maybeLo, maybeHi, pos, insnOffset].map((array) => array.byteOffset)).toEqual([
      ...[T.IR_OP, T.IR_TY, T.IR_A, T.IR_B, T.IR_C, T.IR_D],
      ...[T.IR_MAYBE_LO, T.IR_MAYBE_HI, T.IR_POS, T.IR_INSN_OFFSET],
    ]);
    expect(insnOffset.byteOffset + insnOffset.byteLength).toBe(T.IR_END);
  });

  it("computes a value in the slot it is stored to, and links a successor on the same page", () => {
    const { b, finish } = testEncoder();
    b.st(R, b.add(b.ld(R, Ty.I64), b.ld(S, Ty.I64)));
    b.goto(5);
    expect(finish()).toEqual([
      [U.U_ADD64, R, R, S, 0, 0],
      [U.U_GOTO, U.UF_LINK, 0, 0, 5, 0],
    ]);
  });

  it("keeps a slot's old value in a temporary when the slot is overwritten before its last use", () => {
    const { b, finish } = testEncoder();
    const old = b.ld(R, Ty.I64);
    b.st(R, b.ld(S, Ty.I64));
    b.st(S, old);
    b.goto(5000);
    const temp = S_TEMPS + 16;
    expect(finish()).toEqual([
      [U.U_MOV64_MOV64, temp, R, S, R, 0],
      [U.U_MOV64__GOTO, S, temp, 0, 0, 0],
      [U.U_GOTO, 0, 0, 0, 5000, 0],
    ]);
  });

  it("stores nothing early over what a fault must still see, and moves a stack pointer with its access", () => {
    const { b, finish } = testEncoder();
    const pointer = b.add(b.ld(R, Ty.I64), b.i64(-8));
    b.store(pointer, b.ld(S, Ty.I64), 3);
    b.st(R, pointer);
    b.goto(1);
    expect(finish()).toEqual([
      [U.U_ST64_SUM, R, R, S, -8, 0],
      [U.U_GOTO, U.UF_LINK, 0, 0, 1, 0],
    ]);
  });

  it("fuses a comparison with its branch", () => {
    const { b, finish } = testEncoder();
    b.branch(b.ltu(b.ld(R, Ty.I64), b.ld(S, Ty.I64)), 10, 20);
    expect(finish()).toEqual([[U.U_BR_LTU64, U.UF_LINK | U.UF_LINK1, R, S, 10, 20]]);
  });

  describe("makes one of", () => {
    const [T, V] = [S_TEMPS + 16, S_TEMPS + 32];
    /** Two 16-bit fields. */
    const halves = (low: number, high: number) => (low & 0xffff) | (high << 16);

    it("pushes one after the other", () => {
      const { b, finish } = testEncoder();
      const pointer = b.ld(R, Ty.I64);
      for (const by of [-8, -16]) {
        const address = b.add(pointer, b.i64(by));
        b.store(address, b.ld(S, Ty.I64), 3);
        b.st(R, address);
      }
      b.jump(b.ld(F, Ty.I64));
      expect(finish()).toEqual([
        [U.U_MOV64__ST64_SUM, T, R, 0, 0, 0],
        [U.U_ST64_SUM, R, T, S, -8, 0],
        [U.U_SUM_ST64_MOV64, V, T, S, halves(-16, R), 0],
        [U.U_JUMP, 0, F, 0, 0, 0],
      ]);
    });

    it("pops and a return", () => {
      const { b, finish } = testEncoder();
      const pointer = b.ld(R, Ty.I64);
      b.st(S, b.load(Ty.I64, pointer, 3));
      b.st(R, b.add(pointer, b.i64(8)));
      const target = b.load(Ty.I64, b.add(pointer, b.i64(8)), 3);
      b.st(R, b.add(pointer, b.i64(16)));
      b.jump(target);
      expect(finish()).toEqual([
        [U.U_MOV64__LD64_SUM, T, R, 0, 0, 0],
        [U.U_LD64_SUM, S, T, R, halves(0, 8), 0],
        [U.U_LD64_SUM_JUMP, V, T, R, halves(8, 16), 0],
      ]);
    });

    it("a call's address and its push, and a load beside the code", () => {
      const { b, finish } = testEncoder();
      b.st(S, b.load(Ty.I64, b.pc(100), 3));
      const pointer = b.add(b.ld(R, Ty.I64), b.i64(-8));
      b.store(pointer, b.pc(5), 3);
      b.st(R, pointer);
      b.goto(1);
      expect(finish().slice(0, -1)).toEqual([
        [U.U_PC_LD64, S, T, 0, 100, 0],
        [U.U_PC_ST64_ADD__GOTO, T, R, 0x10000 - 8, 5, 0],
      ]);
    });

    it("a difference and what its flags are computed from", () => {
      const { b, finish } = testEncoder();
      const [x, y] = [b.ld(R, Ty.I64), b.ld(S, Ty.I64)];
      b.st(F, b.sub(x, y));
      b.st(F + 8, y);
      b.st(F + 16, b.i32(70000));
      b.goto(1);
      expect(finish()[0]).toEqual([U.U_SUB64_MOV64_CONST32, F, R, S, halves(F + 8, F + 16), 70000]);
    });

    it("a sum and what its flags are computed from, if that is small", () => {
      for (const [value, fused] of [
        [-3, true],
        [-40000, false],
      ] as const) {
        const { b, finish } = testEncoder();
        b.st(F, b.add(b.ld(R, Ty.I64), b.i64(value)));
        b.st(F + 8, b.i64(value));
        b.st(F + 16, b.i32(9));
        b.goto(1);
        const [first] = finish();
        if (fused)
          expect(first).toEqual([U.U_ADD64I_CONST_CONST32, F, R, F + 8, halves(value, F + 16), halves(value, 9)]);
        else expect(first).toEqual([U.U_ADD64I, F, R, 0, value, -1]);
      }
    });

    it("a scaled index and its base, and a register's new part and the rest of it", () => {
      const { b, finish } = testEncoder();
      b.st(F, b.add(b.shl(b.ld(R, Ty.I64), b.i64(3)), b.ld(S, Ty.I64)));
      b.st(S, b.or(b.and(b.ld(R, Ty.I64), b.i64(-256)), b.ld(F + 8, Ty.I64)));
      b.goto(1);
      expect(finish().slice(0, -1)).toEqual([
        [U.U_SHL64I_ADD64, F, R, S, halves(3, T), 0],
        [U.U_AND64I_OR64, S, R, F + 8, -256, T],
      ]);
    });
  });

  it("pairs no micro-op with data or with one that is paired already", () => {
    const { b, finish } = testEncoder();
    const pointer = b.ld(F, Ty.I64);
    for (const [slot, at] of [
      [R, 0],
      [S, 100],
      [F + 8, 200],
    ] as const) {
      b.st(slot, b.load(Ty.I64, b.add(pointer, b.i64(at)), 3));
    }
    // 16 bytes that look like two loads.
    b.st(F + 16, b.v128(new Uint8Array(16).fill(U.U_LD64)));
    b.jump(b.ld(R, Ty.I64));
    expect(finish().map(([op]) => op)).toEqual([
      U.U_LD64__LD64,
      U.U_LD64,
      U.U_LD64,
      U.U_VCONST,
      U.U_LD64 | (U.U_LD64 << 8),
      U.U_JUMP,
    ]);
  });

  it("compares with a constant where that has been stored for good", () => {
    const compare = (again: boolean) => {
      const { b, finish } = testEncoder();
      b.st(S, b.i64(5));
      const equal = b.eq(b.ld(R, Ty.I64), b.i64(5));
      if (again) b.call(1, b.ld(F, Ty.I32));
      b.branch(equal, 10, 20);
      return finish();
    };
    const links = U.UF_LINK | U.UF_LINK1;
    expect(compare(false)).toEqual([
      [U.U_CONST, S, 0, 0, 5, 0],
      [U.U_BR_EQ64, links, R, S, 10, 20],
    ]);
  });

  it("knows what helpers write and gives them 64-bit arguments", () => {
    const { b, finish } = testEncoder();
    const before = b.ld(R, Ty.I64);
    const sum = b.add(b.ld(F, Ty.I32), b.i32(1));
    b.call(1, sum);
    b.st(S, before);
    b.goto(1);
    const [first, second] = [S_TEMPS + 16, S_TEMPS + 32];
    expect(finish()).toEqual([
      [U.U_MOV64, first, R, 0, 0, 0],
      [U.U_ADD32I, second, F, 0, 1, 0],
      [U.U_CALL, S_TEMPS + 48, second, S_TEMPS, S_TEMPS | (1 << 16), 0],
      [U.U_MOV64__GOTO, S, first, 0, 0, 0],
      [U.U_GOTO, U.UF_LINK, 0, 0, 1, 0],
    ]);
  });

  it("refuses a block with more values than temporaries, and encodes the next one", () => {
    const { b, finish } = testEncoder();
    const values = Array.from({ length: 1100 }, (_, k) => b.pc(k));
    b.call(
      1,
      values.reduce((x, y) => b.xor(y, x)),
    );
    b.goto(1);
    expect(finish).toThrow(BlockTooLarge);
    b.begin(b.block);
    b.goto(1);
    expect(finish()).toEqual([[U.U_GOTO, U.UF_LINK, 0, 0, 1, 0]]);
  });
});
