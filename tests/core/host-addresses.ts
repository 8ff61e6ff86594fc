// Which values of the core are host addresses of guest memory: they may be 2 GiB or more, so nothing may take them for signed numbers.

import { E_RAM_BASE, RANGE_HOST } from "../../src/layout/engine.js";
import { ENGINE } from "../../src/layout/memory.js";
import { S_TLB, TLB_ADDEND, TLB_EXEC, TLB_EXEC_ADDEND } from "../../src/layout/tlb.js";
import { type Facts, HOST, type Term, UNKNOWN, type Value, walk } from "./walk.js";
import type { Instruction, WasmText } from "./wat.js";

/** Where an entry of the TLB has its addend, from what its address is reckoned from. */
const ADDENDS = [TLB_ADDEND, TLB_EXEC_ADDEND, S_TLB + TLB_ADDEND, S_TLB + TLB_EXEC + TLB_ADDEND];
/** Instructions for which a host address from 2 GiB on is a negative number. */
const SIGNED = /^(i32\.(lt|gt|le|ge|shr|div|rem)_s|i64\.extend_i32_s|f(32|64)\.convert_i32_s)$/;

export interface HostAddresses {
  /** What takes one for a signed number, and in which function. */
  readonly wrong: readonly string[];
  /** Functions in which one is made: of an address and the TLB's addend, or the table of ranges. */
  readonly made: ReadonlySet<string>;
}

export function hostAddresses(text: WasmText): HostAddresses {
  const facts: Facts = new Set();
  const wrong = new Set<string>();
  const made = new Set<string>();
  for (let learnt = true; learnt; ) {
    learnt = false;
    for (const f of text.functions.values()) {
      const found = (op: Instruction, operands: readonly Value[]): Value => {
        if (SIGNED.test(op.op) && operands.some(({ host }) => host)) wrong.add(`${op.op} in ${f.name}`);
        const result = evaluate(op, operands);
        if (result.host && !operands.some(({ host }) => host)) made.add(f.name);
        return result;
      };
      if (walk(f, text, facts, found)) learnt = true;
    }
  }
  return { wrong: [...wrong].sort(), made };
}

/** What a host address is made of, followed through sums and the like. */
export function evaluate(instruction: Instruction, operands: readonly Value[]): Value {
  const { op, rest } = instruction;
  const [a, b] = operands;
  switch (op) {
    case "i32.const": {
      const constant = Number(rest[0]);
      return { host: false, constant, plus: constant, terms: [] };
    }
    case "i32.load": {
      const from = offsetOf(instruction) + a!.plus;
      return { host: from === ENGINE + E_RAM_BASE, plus: 0, terms: [{ load: from }] };
    }
    case "i32.add":
      return sum(a!, b!, 1);
    case "i32.sub":
      return sum(a!, b!, -1);
    case "i32.wrap_i64":
      return { host: false, plus: 0, terms: ["address"] };
    case "i32.shl":
      return b!.constant === 12 ? { host: false, plus: 0, terms: ["pages"] } : UNKNOWN;
    case "i32.and":
      // A mask without the top bit leaves no address.
      return [a!, b!].some(({ constant }) => constant !== undefined && constant >= 0) ? UNKNOWN : either(a!, b!);
    case "i32.or":
    case "i32.xor":
    case "select":
      return either(a!, b!);
    default:
      return UNKNOWN;
  }
}

function either(a: Value, b: Value): Value {
  return a.host || b.host ? HOST : UNKNOWN;
}

function sum(a: Value, b: Value, sign: 1 | -1): Value {
  const terms = [...a.terms, ...b.terms];
  // The distance of two addresses is none.
  const host = sign > 0 ? a.host || b.host || isHost(terms) : (a.host && !b.host) || isHost(terms);
  return { host, plus: a.plus + sign * b.plus, terms };
}

/** An address is an addend of the TLB and what it is added to, or a range's host address and a distance from its first page. */
function isHost(terms: readonly Term[]): boolean {
  if (terms.length < 2) return false;
  const loads = terms.flatMap((term) => (typeof term === "object" ? [term.load] : []));
  const added = terms.includes("address") && loads.some((from) => ADDENDS.includes(from));
  return added || (loads.includes(RANGE_HOST) && terms.includes("pages"));
}

export function offsetOf({ rest }: Instruction): number {
  return Number(rest.find((word) => word.startsWith("offset="))?.slice("offset=".length) ?? 0);
}
