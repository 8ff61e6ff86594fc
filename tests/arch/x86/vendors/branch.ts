// Near branches in 64-bit code: to an address that is not canonical, and with an operand-size prefix.
//
// To an address that is not canonical: the manuals have #GP, and the vendors agree that it is the branch's; but a
// CALL has pushed its return address by then on Intel's processors. Our machine branches and faults at the target: to look at
// every indirect target before the branch would cost all programs and serve none.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import { DecodeTables, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE64, M_PE } from "../../../../src/arch/x86/layout.js";
import { type Execution, readRm } from "./execution.js";
import type { VendorRow } from "./row.js";

const RSP = 4;
const GENERAL_PROTECTION = 13;
/** #SS, #PF and #AC: its operand could not be read, or its return address not be written. That comes before all that vendors differ in. */
const OPERAND: readonly (number | undefined)[] = [12, 14, 17];

const canonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;

/** Where it leads, if that depends on data. */
function target(x: Execution): bigint | undefined {
  if (!x.code64 || x.insn.opSize !== 8) return undefined;
  if (x.name === "ret") return x.before.read(x.before.gpr(RSP), 8);
  return x.insn.row[2] === "Ev" ? readRm(x, 8) : undefined;
}

export const nearBranches: VendorRow = {
  family: "near JMP, CALL and RET to an address that is not canonical",
  name: /^(jmp|call|ret)$/,
  machine: "own",
  outcomes(x) {
    const to = OPERAND.includes(x.refused) ? undefined : target(x);
    if (to === undefined || canonical(to)) return undefined;
    const { before, after, insn } = x;
    const stack = before.gpr(RSP);
    const push = () => after.write(stack - 8n, 8, x.at + BigInt(insn.length));
    const refuse = () => {
      after.setGpr(RSP, stack);
      if (x.name === "call") after.write(stack - 8n, 8, before.read(stack - 8n, 8));
      after.fault(GENERAL_PROTECTION, 0, x.at);
    };
    return {
      intel() {
        refuse();
        if (x.name === "call") push();
      },
      amd: refuse,
      own() {
        if (x.name === "call") push();
        const moved =
          x.name === "call" ? -8 : x.name === "ret" ? 8 + (insn.row[2] === "Iw" ? insn.immLo & 0xffff : 0) : 0;
        after.setGpr(RSP, BigInt.asUintN(64, stack + BigInt(moved)));
        after.fault(GENERAL_PROTECTION, 0, to);
      },
    };
  },
};

// With prefix 66: AMD's processors have 16-bit operands then, so that the branch leads into the first 64 KiB and pushes or pops two
// bytes; Intel's take no notice of it (SDM volume 2, JMP; AMD APM volume 3, 1.2.2).

const RCX = 1;
const PREFIX = 0x66;
const [CF, PF, ZF, SF, OF] = [1, 4, 0x40, 0x80, 0x800];
const decoder = new Decoder(new DecodeTables(ROWS, "all"));

/** The instruction without the prefix, which stands first: how Intel's read it, and its length with it. */
function without(x: Execution): { insn: X86Insn; length: number } | undefined {
  let prefixes = 0;
  while (x.code[prefixes] === PREFIX) prefixes++;
  const insn = new X86Insn();
  const bytes = x.code.slice(prefixes);
  if (prefixes === 0 || decoder.decode(insn, bytes, 0, bytes.length, M_CODE64 | M_PE) !== DECODE_OK) return undefined;
  return { insn, length: insn.length + prefixes };
}

/** What the low four bits of a Jcc's opcode ask for. */
function holds(condition: number, flags: number): boolean {
  const less = ((flags & SF) !== 0) !== ((flags & OF) !== 0);
  const truths = [
    flags & OF,
    flags & CF,
    flags & ZF,
    flags & (CF | ZF),
    flags & SF,
    flags & PF,
    less,
    less || flags & ZF,
  ];
  return Boolean(truths[condition >> 1]) !== ((condition & 1) === 1);
}

/** Whether a conditional branch is taken, and what LOOP leaves in RCX. */
function decide(x: Execution): { taken: boolean; count?: bigint } {
  const { opcode, addrSize } = x.insn;
  const mask = addrSize === 4 ? 0xffffffffn : 0xffffffffffffffffn;
  if (/^loop/.test(x.name)) {
    const count = (x.before.gpr(RCX) - 1n) & mask;
    const zero = (x.before.flags() & ZF) !== 0;
    return { taken: count !== 0n && (x.name === "loop" || zero === (x.name === "loope")), count };
  }
  if (x.name === "jcxz") return { taken: (x.before.gpr(RCX) & mask) === 0n };
  if (/^(jmp|call|ret)$/.test(x.name)) return { taken: true };
  return { taken: holds(opcode & 15, x.before.flags()) };
}

function branch(x: Execution, insn: X86Insn, length: number, size: 2 | 8): void {
  const { before, after, name } = x;
  const { taken, count } = decide(x);
  const next = x.at + BigInt(length);
  const cut = (to: bigint) => BigInt.asUintN(8 * size, to);
  const stack = before.gpr(RSP);
  let to = BigInt.asUintN(64, next + BigInt(insn.immLo));
  if (name === "ret") to = before.read(stack, size);
  else if (insn.row[2] === "Ev") to = readRm({ ...x, insn }, size);
  const refused = size === 8 && taken && !canonical(to);
  if (name === "call") after.write(stack - BigInt(size), size, cut(next));
  if (refused) {
    after.setGpr(RSP, stack);
    after.fault(GENERAL_PROTECTION, 0, x.at);
    return;
  }
  if (name === "call") after.setGpr(RSP, stack - BigInt(size));
  if (name === "ret") after.setGpr(RSP, stack + BigInt(size + (insn.row[2] === "Iw" ? insn.immLo & 0xffff : 0)));
  if (count !== undefined) after.setGpr(RCX, count);
  after.goto(taken ? cut(to) : next);
}

export const narrowBranches: VendorRow = {
  family: "near branches with 66h in 64-bit code",
  name: /^(jmp|call|ret|loop|loope|loopne|j[a-z]+)$/,
  machine: "amd",
  outcomes(x) {
    if (!x.code64 || x.insn.opSize !== 2 || OPERAND.includes(x.refused)) return undefined;
    const plain = without(x);
    if (!plain) return undefined;
    return {
      intel: () => branch(x, plain.insn, plain.length, 8),
      amd: () => branch(x, x.insn, x.insn.length, 2),
    };
  },
};
