// x87 loads and stores of memory (core/arch/x86/x87/{load,store}.ts). A store is made between two helpers: the first gives the
// value and leaves the FPU as it is, so that a faulting store can be repeated; the second sets the status word and pops.

import type { Value } from "../../../../ir/builder.js";
import { Ty } from "../../../../ir/ops.js";
import { MEM_SIGNED } from "../../../../layout/access.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import type { Emitter } from "../emitter.js";
import { helperId } from "../helpers.js";
import type { Insn } from "../insn.js";
import { operand, record } from "./common.js";

type Build = (e: Emitter, insn: Insn) => void;

const FSTDONE = helperId("x86_fstdone");

/** Loads of 2 (integer), 4 and 8 bytes. */
export function loadMemory(name: string, bytes: 2 | 4 | 8, signed = false): Build {
  const id = helperId(name);
  return (e, insn) => {
    const { address, pointer } = operand(e, insn, bytes, false);
    e.call(id, e.loadWide(bytes, address, signed ? MEM_SIGNED : 0));
    record(e, insn, pointer);
  };
}

/** Loads of 10 bytes. */
export function loadLong(name: string): Build {
  const id = helperId(name);
  return (e, insn) => {
    const { address, pointer } = operand(e, insn, 10, false);
    const low = e.loadWide(8, address);
    const high = e.loadWide(2, upper(e, address));
    e.call(id, low, high);
    record(e, insn, pointer);
  };
}

export function storeMemory(name: string, bytes: 2 | 4 | 8, pop: boolean): Build {
  const id = helperId(name);
  return (e, insn) => {
    const { b } = e;
    const { address, pointer } = operand(e, insn, bytes, true);
    const value = e.call(id, b.i64(pop ? 1 : 0), address);
    const word = b.ld(S_RET2, Ty.I64);
    e.store(bytes, address, bytes === 8 ? value : b.wrap(value));
    e.call(FSTDONE, word);
    record(e, insn, pointer);
  };
}

/** FSTP m80, FBSTP. */
export function storeLong(name: string): Build {
  const id = helperId(name);
  return (e, insn) => {
    const { b } = e;
    const { address, pointer } = operand(e, insn, 10, true);
    const value = e.call(id, b.i64(1), address);
    const word = b.ld(S_RET2, Ty.I64);
    e.store(8, address, value);
    e.store(2, upper(e, address), b.zext(b.wrap(word), 16));
    e.call(FSTDONE, word);
    record(e, insn, pointer);
  };
}

/** Address of bytes 8 and 9. */
function upper(e: Emitter, address: Value): Value {
  return e.b.add(address, e.b.i64(8));
}
