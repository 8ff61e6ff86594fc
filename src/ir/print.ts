// IR as text, for logs (-d op), tests and bug reports.

import { ATOMIC_MASK, MEM_ALIGN, MEM_RMW, MEM_SIGNED, MEM_SIZE_MASK } from "../layout/access.js";
import type { IrBlock } from "./block.js";
import type { HelperDef } from "./helpers.js";
import { HINT_CALL, HINT_RETURN, Op, PcWidth, Ty } from "./ops.js";
import { WOp } from "./wasm-ops.js";

/** By number: ATOMIC_* of layout/access.ts. */
const ATOMICS = ["ADD", "AND", "OR", "XOR", "XCHG", "MIN", "MAX", "MINU", "MAXU", "CAS", "LOADX", "STOREX"];

/** Names of slots, for readable text. */
export type SlotNames = (slot: number) => string | undefined;

/**
 * One line a node. `live` (see passes/dce.ts) leaves out dead nodes; without `slotNames` slots are hexadecimal offsets.
 */
export function print(
  block: IrBlock,
  helpers: readonly HelperDef[],
  options: { live?: Uint8Array; slotNames?: SlotNames } = {},
): string {
  const lines: string[] = [];
  let pos = -1;
  for (let n = 0; n < block.count; n++) {
    if (options.live && !options.live[n]) continue;
    if (block.pos[n] !== pos) {
      pos = block.pos[n]!;
      lines.push(`; ${pos}: +${block.insnOffset[pos]}`);
    }
    lines.push(`  ${printNode(block, n, helpers, options.slotNames)}`);
  }
  if (block.pcWidth !== PcWidth.W64) lines.unshift(`; program counter of ${PcWidth[block.pcWidth]!.slice(1)} bits`);
  return `${lines.join("\n")}\n`;
}

/** One node, for example `v7.I64 = ADD v3 v6`. */
export function printNode(block: IrBlock, n: number, helpers: readonly HelperDef[], slotNames?: SlotNames): string {
  const op = block.op[n] as Op;
  const ty = block.ty[n] as Ty;
  const { a, b, c, d } = { a: block.a[n]!, b: block.b[n]!, c: block.c[n]!, d: block.d[n]! };
  const v = (x: number) => (block.op[x] === Op.CONST ? constant(block, x) : `v${x}`);
  const name = slotNames?.(a) ?? `0x${a.toString(16)}`;
  const result = (text: string) => `v${n}.${Ty[ty]} = ${text}`;
  switch (op) {
    case Op.NOP:
      return "NOP";
    case Op.CONST:
      return result(constant(block, n));
    case Op.VCONST:
      return result(hex(block.vconsts[a]!));
    case Op.LD:
      return result(`[${name}]`);
    case Op.ST:
      return `[${name}] = ${v(b)}`;
    case Op.PC:
      return result(`PC${signed(a)}`);
    case Op.SELECT:
      return result(`SELECT ${v(c)} ? ${v(a)} : ${v(b)}`);
    case Op.LOAD:
      return result(`LOAD${word(c)} ${v(a)}${d ? signed(d) : ""}`);
    case Op.STORE:
      return `STORE${word(c)} ${v(a)}${d ? signed(d) : ""} = ${v(b)}`;
    case Op.ATOMIC: {
      const others = [b, d].filter((x) => x >= 0).map((x) => ` ${v(x)}`);
      return result(`ATOMIC_${ATOMICS[(c & ATOMIC_MASK) >> 8]}${word(c & ~ATOMIC_MASK)} ${v(a)}${others.join("")}`);
    }
    case Op.FENCE:
      return "FENCE";
    case Op.CALL: {
      const args = [b, c, d].map((x) => (x < 0 ? "_" : v(x))).join(", ");
      return result(`${helpers[a]?.name ?? `helper ${a}`}(${args})`);
    }
    case Op.W: {
      const third = a === WOp.v128_bitselect ? ` ${v(d)}` : d ? ` #${d}` : "";
      return result(
        `${WOp[a] ?? `W 0x${a.toString(16)}`}${b >= 0 ? ` ${v(b)}` : ""}${c >= 0 ? ` ${v(c)}` : ""}${third}`,
      );
    }
    case Op.SHUFFLE:
      return result(`SHUFFLE ${v(b)} ${v(c)} ${hex(block.vconsts[a]!)}`);
    case Op.GOTO:
      return `GOTO ${signed(a)}${b === HINT_CALL ? ` (call, returns to ${signed(c)})` : ""}`;
    case Op.BRANCH:
      return `BRANCH ${v(a)} ? ${signed(b)} : ${signed(c)}`;
    case Op.JUMP:
      return `JUMP ${v(a)}${b === HINT_CALL ? ` (call, returns to ${signed(c)})` : b === HINT_RETURN ? " (return)" : ""}`;
    case Op.EXIT:
      return b === 1 ? `EXIT ${signed(a)}` : "EXIT";
  }
  if (op >= Op.EQ && op <= Op.LES) return result(`${Op[op]}.${Ty[d]} ${v(a)} ${v(b)}`);
  return result(op < Op.CLZ ? `${Op[op]} ${v(a)} ${v(b)}` : `${Op[op]} ${v(a)}`);
}

function constant(block: IrBlock, n: number): string {
  const lo = block.a[n]! >>> 0;
  const hi = block.ty[n] === Ty.I32 || block.ty[n] === Ty.F32 ? 0 : block.b[n]! >>> 0;
  if (hi === 0) return lo < 10 ? String(lo) : `0x${lo.toString(16)}`;
  if (hi === 0xffffffff && lo >= 0xfffffff7) return String(lo | 0);
  return `0x${hi.toString(16)}${lo.toString(16).padStart(8, "0")}`;
}

function signed(x: number): string {
  return x < 0 ? String(x) : `+${x}`;
}

function word(w: number): string {
  const flags = `${w & MEM_SIGNED ? "s" : ""}${w & MEM_RMW ? "w" : ""}${w & MEM_ALIGN ? "a" : ""}`;
  return `${8 << (w & MEM_SIZE_MASK)}${flags}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (x) => x.toString(16).padStart(2, "0")).join("");
}
