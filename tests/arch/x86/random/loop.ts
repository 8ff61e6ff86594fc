// The machine code of a loop that runs one instruction over operand sets: loads all registers, executes it, stores all of them.

import { CODE } from "../corpus/state.js";
import type { Encoding } from "./encodings.js";
import {
  IN_MXCSR,
  IN_STATE,
  INSTRUCTION,
  OUT_MXCSR,
  OUT_STATE,
  STACK_TOP,
  STATE_BYTES,
  type State,
  V_COUNT,
  V_IN,
  V_OUT,
  V_RAX,
} from "./layout.js";
import { u32 } from "./writers.js";

export interface Loop {
  /** From CODE on. */
  code: Uint8Array;
  /** Where to begin. */
  entry: number;
  /** Bytes from one operand set to the next, and from one outcome to the next. */
  inStride: number;
  outStride: number;
}

const RAX = 0;
const RCX = 1;
const RDX = 2;
const RSP = 4;
const RSI = 6;
const LOAD = 0x8b;
const STORE = 0x89;
/** MOVUPS. */
const LOAD_XMM = [0x0f, 0x10];
const STORE_XMM = [0x0f, 0x11];
/** The part of memory a fixed address is in: from 16 bytes before the 16 it begins in. */
const FIXED_BYTES = 64;

/** ModRM and displacement of [base + disp]. */
function based(reg: number, base: number, disp: number): number[] {
  const low = (reg & 7) << 3;
  return disp >= -128 && disp < 128 ? [0x40 | low | base, disp & 255] : [0x80 | low | base, ...u32(disp)];
}

/** ModRM, SIB and address of [address]. */
function absolute(reg: number, address: number): number[] {
  return [0x04 | ((reg & 7) << 3), 0x25, ...u32(address)];
}

/** A 64-bit MOV between a register and [base + disp], base below R8. */
function move(opcode: number, reg: number, base: number, disp: number): number[] {
  return [0x48 | (reg >= 8 ? 4 : 0), opcode, ...based(reg, base, disp)];
}

function moveXmm(opcode: readonly number[], reg: number, base: number, disp: number): number[] {
  return [...(reg >= 8 ? [0x44] : []), ...opcode, ...based(reg, base, disp)];
}

/** Bytes from one operand set to the next. */
export function strideOf(state: State, window: number): number {
  return withinPage(IN_STATE + STATE_BYTES[state] + window);
}

/** Powers of two: accesses across pages are left to tier 0. */
function withinPage(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}

export function makeLoop(e: Encoding): Loop {
  const inStride = strideOf(e.state, e.window);
  const outStride = withinPage(OUT_STATE + STATE_BYTES[e.state]);
  const before = load(e);
  const entry = INSTRUCTION - CODE - before.length;
  if (entry < 0) throw new Error(`the code before ${e.name} is ${-entry} bytes too long`);
  const body = [...before, ...e.code, ...store(e)];
  // add qword [in], stride; add qword [out], stride; sub dword [count], 1; jnz; int3
  body.push(0x48, 0x81, ...absolute(0, V_IN), ...u32(inStride), 0x48, 0x81, ...absolute(0, V_OUT), ...u32(outStride));
  body.push(0x83, ...absolute(5, V_COUNT), 1, 0x0f, 0x85);
  body.push(...u32(-(body.length + 4)), 0xcc);
  const code = new Uint8Array(entry + body.length).fill(0xcc);
  code.set(body, entry);
  return { code, entry, inStride, outStride };
}

/** RAX: the operand set; RCX: its state part; RDX: its window; RSI: the fixed memory. */
function load(e: Encoding): number[] {
  const code = [0x48, LOAD, ...absolute(RAX, V_IN)];
  if (e.memory === "fixed") {
    code.push(...pointers(e, IN_STATE + STATE_BYTES[e.state]));
    for (let at = 0; at < FIXED_BYTES; at += 16)
      code.push(...moveXmm(LOAD_XMM, 0, RDX, at), ...moveXmm(STORE_XMM, 0, RSI, at));
  }
  code.push(...e.writer.code);
  // No flag changes from here on.
  if (e.state !== "gpr") code.push(0x48, 0x8d, ...based(RCX, RAX, IN_STATE + 128));
  if (e.state === "xmm") {
    code.push(0x0f, 0xae, ...based(2, RAX, IN_MXCSR));
    for (let k = 0; k < 16; k++) code.push(...moveXmm(LOAD_XMM, k, RCX, 16 * k - 128));
  }
  if (e.state === "fx") code.push(0x48, 0x0f, 0xae, ...based(1, RCX, -128));
  for (let k = 1; k < 16; k++) code.push(...move(LOAD, k, RAX, 8 * k));
  code.push(0x48, LOAD, ...based(RAX, RAX, 0));
  return code;
}

/** LEA RDX, [RAX + window]; MOV ESI, the fixed memory. */
function pointers(e: Encoding, window: number): number[] {
  return [0x48, 0x8d, ...based(RDX, RAX, window), 0xb8 | RSI, ...u32((e.address & ~15) - 16)];
}

function store(e: Encoding): number[] {
  const code = [...e.reader.first, 0x48, STORE, ...absolute(RAX, V_RAX), 0x48, LOAD, ...absolute(RAX, V_OUT)];
  for (let k = 1; k < 16; k++) code.push(...move(STORE, k, RAX, 8 * k));
  code.push(0xb8 | RSP, ...u32(STACK_TOP), ...e.reader.last, 0xfc);
  code.push(0x48, LOAD, ...absolute(RCX, V_RAX), ...move(STORE, RCX, RAX, 0));
  if (e.state === "xmm") {
    code.push(0x0f, 0xae, ...based(3, RAX, OUT_MXCSR));
    for (let k = 0; k < 16; k++) code.push(...moveXmm(STORE_XMM, k, RAX, OUT_STATE + 16 * k));
  }
  if (e.state === "fx") code.push(0x48, 0x0f, 0xae, ...based(0, RAX, OUT_STATE));
  if (e.memory === "fixed") {
    code.push(0x48, LOAD, ...absolute(RAX, V_IN), ...pointers(e, IN_STATE + STATE_BYTES[e.state]));
    for (let at = 0; at < FIXED_BYTES; at += 16)
      code.push(...moveXmm(LOAD_XMM, 0, RSI, at), ...moveXmm(STORE_XMM, 0, RDX, at));
  }
  return code;
}
