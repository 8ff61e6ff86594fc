// Counters (3.1.10, 3.1.12; Zicntr, Zihpm): both count instructions; the others are 0.

import { RV_MCOUNTINHIBIT, RV_MCYCLE, RV_MINSTRET } from "../../../src/arch/riscv/layout";
import { icount } from "../../engine/state";
import { now } from "./timer";

const CYCLE = 0;
const TIME = 1;
const INSTRET = 2;

/** mcycle and so on, what the user sees of them, mhpmevent, mcountinhibit. */
export function isCounter(number: i32): bool {
  return (
    (number >= 0xc00 && number < 0xc20) ||
    (number >= 0xb00 && number < 0xb20 && number != 0xb01) ||
    (number >= 0x323 && number < 0x340) ||
    number == 0x320
  );
}

// @ts-ignore: decorator
@inline function slot(n: i32): i32 {
  return n == CYCLE ? RV_MCYCLE : RV_MINSTRET;
}

function stands(cpu: i32, n: i32): bool {
  return ((load<u64>(cpu + RV_MCOUNTINHIBIT) >> n) & 1) != 0;
}

function value(cpu: i32, n: i32): u64 {
  const base = load<u64>(cpu + slot(n));
  return stands(cpu, n) ? base : base + icount(cpu);
}

export function readCounter(cpu: i32, number: i32): u64 {
  if (number == 0x320) return load<u64>(cpu + RV_MCOUNTINHIBIT);
  const n = number & 31;
  if (number < 0xb00 || n > INSTRET) return 0;
  return n == TIME ? now(cpu) : value(cpu, n);
}

export function writeCounter(cpu: i32, number: i32, wanted: u64): void {
  if (number == 0x320) {
    inhibit(cpu, wanted);
    return;
  }
  const n = number & 31;
  if (number < 0xb00 || n > INSTRET) return;
  // This instruction is not counted.
  store<u64>(cpu + slot(n), stands(cpu, n) ? wanted : wanted - icount(cpu) - 1);
}

function inhibit(cpu: i32, wanted: u64): void {
  const cycle = value(cpu, CYCLE);
  const instret = value(cpu, INSTRET);
  store<u64>(cpu + RV_MCOUNTINHIBIT, wanted & 5);
  store<u64>(cpu + RV_MCYCLE, stands(cpu, CYCLE) ? cycle : cycle - icount(cpu));
  store<u64>(cpu + RV_MINSTRET, stands(cpu, INSTRET) ? instret : instret - icount(cpu));
}
