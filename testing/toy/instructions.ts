// The toy's instructions: number, name, form and what each builds. Forms: 1 byte (opcode); 2 bytes (opcode, registers x and y, x in the
// upper half); 6 bytes (as 2, then 32 bits).

import type { IrBuilder, Value } from "../../src/ir/builder.js";
import { type HelperDef, helper, type SlotRange, system } from "../../src/ir/helpers.js";
import { HINT_CALL, HINT_JUMP, HINT_RETURN, Ty } from "../../src/ir/ops.js";
import { WOp } from "../../src/ir/wasm-ops.js";
import { MEM_ALIGN, MEM_RMW } from "../../src/layout/access.js";
import { CONTROL_LAST, FLAG_PRODUCT, SYS_LAST, T_CONTEXT, T_FLAGS, T_REG, T_REGISTERS, T_TABLES } from "./layout.js";

const CONTROL: SlotRange = [T_TABLES, T_CONTEXT + 4];
/** Of numbers in 32 bits. */
const LEAST_NORMAL = 2 ** -126;
const FLAGS = { reads: [[T_FLAGS, T_FLAGS + 4]], writes: [[T_FLAGS, T_FLAGS + 4]] } as const;

export const HELPERS: readonly HelperDef[] = [
  system("toy_sys"),
  system("toy_undefined"),
  helper("toy_swap16", { reads: "all", writes: [[T_REG, T_REG + 8 * T_REGISTERS]], fault: true }),
  helper("toy_control", { reads: [CONTROL], writes: [CONTROL], fault: true, exact: true, system: true }),
  helper("toy_product", {
    ...FLAGS,
    shortcut: {
      ...{ op: WOp.f32_mul, operands: [Ty.F32, Ty.F32], result: Ty.F32 },
      ...{ flag: { slot: T_FLAGS, bit: FLAG_PRODUCT }, constant: [2, 0] },
      ...{ above: LEAST_NORMAL, below: Number.POSITIVE_INFINITY },
    },
  }),
  helper("toy_less", {
    ...FLAGS,
    shortcut: { op: WOp.f32_lt, operands: [Ty.F32, Ty.F32], result: Ty.I32, ordered: true },
  }),
];
const H_SYS = 0;
const H_UNDEFINED = 1;
const H_SWAP16 = 2;
const H_CONTROL = 3;
const H_PRODUCT = 4;
const H_LESS = 5;

/** Number of the link register. */
export const LINK = 7;
const BYTE = 0;
const WORD = 2;

/** An instruction, decoded, and what it is built with. */
export interface Context {
  b: IrBuilder;
  x: number;
  y: number;
  /** Signed. */
  imm: number;
  /** Displacement of this instruction and of the next one from the block's start. */
  at: number;
  next: number;
  /** The block has its end. */
  ended: boolean;
}

export interface Row {
  readonly name: string;
  /** What the assembler is given: x and y are registers, i is a number, a is an address relative to the instruction's end. */
  readonly operands: "" | "xy" | "x" | "xi" | "xyi" | "xya" | "a" | "xn";
  readonly build: (c: Context) => void;
}

const get = (c: Context, n: number): Value => c.b.ld(T_REG + 8 * n, Ty.I64);
const set = (c: Context, n: number, value: Value): void => c.b.st(T_REG + 8 * n, c.b.zext(value, 32));
/** Program counter of a displacement. */
const pcAt = (c: Context, displacement: number): Value => c.b.zext(c.b.pc(displacement), 32);
const address = (c: Context, more = 0): Value => c.b.zext(c.b.add(get(c, c.y), c.b.i64(c.imm + more)), 32);

function binary(op: (b: IrBuilder, x: Value, y: Value) => Value): (c: Context) => void {
  return (c) => set(c, c.x, op(c.b, get(c, c.x), get(c, c.y)));
}

function branch(op: (b: IrBuilder, x: Value, y: Value) => Value): (c: Context) => void {
  return (c) => {
    c.b.branch(op(c.b, get(c, c.x), get(c, c.y)), (c.next + c.imm) | 0, c.next);
    c.ended = true;
  };
}

function undefinedInsn(c: Context): void {
  c.b.call(H_UNDEFINED, c.b.i64(0));
  c.b.exit();
  c.ended = true;
}

/** By opcode. */
export const ROWS: readonly Row[] = [
  { name: "undefined", operands: "", build: undefinedInsn },
  { name: "nop", operands: "", build: () => {} },
  { name: "mov", operands: "xy", build: (c) => set(c, c.x, get(c, c.y)) },
  { name: "add", operands: "xy", build: binary((b, x, y) => b.add(x, y)) },
  { name: "sub", operands: "xy", build: binary((b, x, y) => b.sub(x, y)) },
  { name: "mul", operands: "xy", build: binary((b, x, y) => b.mul(x, y)) },
  { name: "xor", operands: "xy", build: binary((b, x, y) => b.xor(x, y)) },
  {
    name: "shr",
    operands: "xy",
    build: binary((b, x, y) => b.shru(x, b.and(y, b.i64(31)))),
  },
  { name: "li", operands: "xi", build: (c) => set(c, c.x, c.b.u64(c.imm)) },
  { name: "addi", operands: "xi", build: (c) => set(c, c.x, c.b.add(get(c, c.x), c.b.i64(c.imm))) },
  {
    name: "ldb",
    operands: "xyi",
    build: (c) => set(c, c.x, c.b.extu(c.b.load(Ty.I32, address(c), BYTE))),
  },
  {
    name: "ldw",
    operands: "xyi",
    build: (c) => set(c, c.x, c.b.load(Ty.I64, address(c), WORD)),
  },
  { name: "stb", operands: "xyi", build: (c) => c.b.store(address(c), c.b.wrap(get(c, c.x)), BYTE) },
  { name: "stw", operands: "xyi", build: (c) => c.b.store(address(c), c.b.wrap(get(c, c.x)), WORD) },
  {
    // Two words into x and the register after it: a fault at the second one leaves both as they are.
    name: "ldp",
    operands: "xyi",
    build(c) {
      const first = c.b.load(Ty.I64, address(c), WORD);
      const second = c.b.load(Ty.I64, address(c, 4), WORD);
      set(c, c.x, first);
      set(c, (c.x + 1) & 7, second);
    },
  },
  {
    // Exchanges x with an aligned word; a word that may only be read faults as a write.
    name: "swap",
    operands: "xyi",
    build(c) {
      const at = address(c);
      const old = c.b.load(Ty.I64, at, WORD | MEM_RMW | MEM_ALIGN);
      c.b.store(at, c.b.wrap(get(c, c.x)), WORD | MEM_ALIGN);
      set(c, c.x, old);
    },
  },
  {
    name: "jmp",
    operands: "a",
    build(c) {
      c.b.goto((c.next + c.imm) | 0, HINT_JUMP, 0);
      c.ended = true;
    },
  },
  {
    name: "call",
    operands: "a",
    build(c) {
      set(c, LINK, pcAt(c, c.next));
      c.b.goto((c.next + c.imm) | 0, HINT_CALL, c.next);
      c.ended = true;
    },
  },
  {
    name: "jr",
    operands: "x",
    build(c) {
      c.b.jump(get(c, c.x), c.x === LINK ? HINT_RETURN : HINT_JUMP, 0);
      c.ended = true;
    },
  },
  { name: "beq", operands: "xya", build: branch((b, x, y) => b.eq(x, y)) },
  { name: "bne", operands: "xya", build: branch((b, x, y) => b.ne(x, y)) },
  { name: "bltu", operands: "xya", build: branch((b, x, y) => b.ltu(x, y)) },
  {
    // sys x, number: what goes elsewhere, or looks at all there is (SYS_*).
    name: "sys",
    operands: "xn",
    build(c) {
      if (c.imm < 0 || c.imm > SYS_LAST) return undefinedInsn(c);
      c.b.call(H_SYS, c.b.i64(c.imm), c.b.i64(c.x), pcAt(c, c.next));
      c.b.exit();
      c.ended = true;
    },
  },
  {
    // Compares two words of 8 bytes at an address that is a multiple of 16 with r0 and r1; where they are equal they become r2 and r3
    // and x 1, else r0 and r1 become their lower halves and x 0.
    name: "swap16",
    operands: "xyi",
    build: (c) => set(c, c.x, c.b.call(H_SWAP16, address(c))),
  },
  {
    // control x, number: what only the system may do (CONTROL_*).
    name: "control",
    operands: "xn",
    build(c) {
      if (c.imm < 0 || c.imm > CONTROL_LAST) return undefinedInsn(c);
      c.b.call(H_CONTROL, c.b.i64(c.imm), get(c, c.x), pcAt(c, c.next));
      c.b.exit(c.next);
      c.ended = true;
    },
  },
  {
    // x *= y, of numbers with fractions; with another i than 0, the negative of that.
    name: "product",
    operands: "xyi",
    build: (c) => set(c, c.x, c.b.call(H_PRODUCT, get(c, c.x), get(c, c.y), c.b.i64(c.imm))),
  },
  {
    // x := whether x is less than y, of numbers with fractions; 2 where one is no number.
    name: "less",
    operands: "xy",
    build: (c) => set(c, c.x, c.b.call(H_LESS, get(c, c.x), get(c, c.y))),
  },
];

/** Bytes of an instruction by its opcode. */
export function lengthOf(opcode: number): number {
  const { operands = "" } = ROWS[opcode] ?? {};
  if (operands === "") return 1;
  return operands === "xy" || operands === "x" ? 2 : 6;
}
