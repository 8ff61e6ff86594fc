// The helpers that use WebAssembly's arithmetic where they may, beside themselves where they may not: they may when the inexact flag is set
// already, so the results have to be the same with it and without it, and the flags but for it.

import { expect, it } from "vitest";
import { RV_FFLAGS, RV_RM } from "../../../src/arch/riscv/layout.js";
import { BareHart } from "../../../testing/riscv/machine.js";
import { integer, operand, Random } from "./float-operands.js";

const HELPERS: readonly { name: string; operands: number; bits: 32 | 64 | 0; rm: number }[] = [
  ...["add", "sub", "mul", "div"].map((op) => ({ name: `f${op}`, operands: 2, rm: 2 })),
  { name: "fsqrt", operands: 1, rm: 1 },
  { name: "fma", operands: 3, rm: 3 },
  ...["w", "wu", "l", "lu"].map((to) => ({ name: `fcvt_${to}`, operands: 1, rm: 1 })),
].flatMap(({ name, operands, rm }) => [
  { name: `riscv_${name}_s`, operands, bits: 32 as const, rm },
  { name: `riscv_${name}_d`, operands, bits: 64 as const, rm },
]);
const CONVERSIONS = [
  ...["s_l", "s_lu", "d_l", "d_lu"].map((name) => ({
    name: `riscv_fcvt_${name}`,
    operands: 1,
    bits: 0 as const,
    rm: 1,
  })),
  { name: "riscv_fcvt_s_d", operands: 1, bits: 64 as const, rm: 1 },
  { name: "riscv_fcvt_d_s", operands: 1, bits: 32 as const, rm: 1 },
];

type Function = (cpu: number, a: bigint, b: bigint, c: bigint) => bigint;

/** In all, shared by the helpers; the ones most used get most of the time where it is fewest. */
const CASES = Number(process.env.CASES ?? 1_000_000);

it("are the same with the inexact flag set", { timeout: 300_000 }, () => {
  const { engine } = new BareHart().cpu;
  const { vcpu } = engine;
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  const r = new Random(seed);
  const all = [...HELPERS, ...CONVERSIONS].map((helper) => ({
    ...helper,
    call: (engine.core.exports as unknown as Record<string, Function>)[helper.name]!,
  }));
  const cpu = vcpu.base;
  for (let n = 0; n < CASES; n++) {
    const { name, call, operands, bits, rm } = all[n % all.length]!;
    const mode = r.below(4) === 0 ? r.below(5) : bits === 0 || !name.includes("fcvt") ? 0 : r.below(2);
    const args = [0n, 0n, 0n];
    for (let k = 0; k < operands; k++) args[k] = bits === 0 ? integer(r) : operand(r, bits);
    if (rm < 3) args[rm] = BigInt(mode);
    else {
      vcpu.set(RV_RM, mode);
      // What is added is often near the product.
      if (r.below(3) === 0) args[2] = near(args, bits as 32 | 64, r);
    }
    vcpu.set(RV_FFLAGS, 1);
    const fast = call(cpu, args[0]!, args[1]!, args[2]!);
    const fastFlags = vcpu.get(RV_FFLAGS);
    vcpu.set(RV_FFLAGS, 0);
    const soft = call(cpu, args[0]!, args[1]!, args[2]!);
    const softFlags = vcpu.get(RV_FFLAGS) | 1;
    if (fast !== soft || fastFlags !== softFlags)
      expect.fail(
        `${name}(${args.map((a) => BigInt.asUintN(64, a).toString(16))}) rm ${mode}: ${hex(fast)} ${fastFlags}, soft ${hex(soft)} ${softFlags}`,
      );
  }
});

const hex = (value: bigint): string => BigInt.asUintN(64, value).toString(16);

/** About minus the product of the first two, or half a unit of its last place. */
function near(args: readonly bigint[], bits: 32 | 64, r: Random): bigint {
  const view = new DataView(new ArrayBuffer(8));
  const number = (value: bigint): number => {
    if (bits === 64) {
      view.setBigInt64(0, value);
      return view.getFloat64(0);
    }
    view.setUint32(0, Number(value));
    return view.getFloat32(0);
  };
  const product = number(args[0]!) * number(args[1]!);
  const scale = [-1, 1, 2 ** -(bits === 64 ? 53 : 24), 2 ** (bits === 64 ? 53 : 24)][r.below(4)]!;
  if (bits === 64) {
    view.setFloat64(0, product * scale);
    return view.getBigInt64(0) ^ BigInt(r.below(2));
  }
  view.setFloat32(0, product * scale);
  return BigInt(view.getUint32(0) ^ r.below(2));
}
