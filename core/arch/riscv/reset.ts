// State after reset (3.4), and what the machine calls after it has changed state from outside.

import {
  FEATURE_SVADE,
  FEATURE_SVADU,
  FEATURE_SVPBMT,
  PRIV_MACHINE,
  RV_END,
  RV_FEATURES,
  RV_FFLAGS,
  RV_MENVCFG,
  RV_MISA,
  RV_PMPCFG,
  RV_PRIV,
  RV_VTYPE,
  RV_X,
} from "../../../src/arch/riscv/layout";
import {
  FAULT_NONE,
  S_ATTENTION,
  S_EXCLUSIVE,
  S_FAULT,
  S_HALTED,
  S_INHIBIT,
  S_LAST_EVENT,
  S_ONE_INSN,
  S_PC,
} from "../../../src/layout/vcpu";
import { flushTlb } from "../../engine/softmmu/tlb";
import { ADUE, PBMTE } from "./bits";
import { updateInterrupts, updateMode } from "./mode";
import { setSpace } from "./paging";
import { VILL } from "./vector/config";

/** Features, misa, mhartid and the lines stay: they are the machine's. */
export function riscv_reset(cpu: i32): void {
  memory.fill(cpu + RV_X, 0, RV_PRIV - RV_X);
  store<i32>(cpu + RV_PRIV, PRIV_MACHINE);
  memory.fill(cpu + RV_FFLAGS, 0, RV_MISA - RV_FFLAGS);
  memory.fill(cpu + RV_PMPCFG, 0, RV_END - RV_PMPCFG);
  store<u64>(cpu + RV_MENVCFG, environment(load<i32>(cpu + RV_FEATURES)));
  store<i64>(cpu + RV_VTYPE, VILL);
  store<u64>(cpu + S_PC, 0);
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  store<i64>(cpu + S_LAST_EVENT, -1);
  store<i32>(cpu + S_INHIBIT, 0);
  store<i32>(cpu + S_HALTED, 0);
  store<i32>(cpu + S_ONE_INSN, 0);
  store<i32>(cpu + S_ATTENTION, 0);
  store<i32>(cpu + S_EXCLUSIVE, 0);
  riscv_update(cpu);
}

/** menvcfg: with Svadu alone the hart sets A and D from the start (Svadu, 1), and page types count, as on QEMU. */
function environment(features: i32): u64 {
  const updates = (features & (FEATURE_SVADU | FEATURE_SVADE)) == FEATURE_SVADU;
  return (updates ? ADUE : 0) | (features & FEATURE_SVPBMT ? PBMTE : 0);
}

export function riscv_update(cpu: i32): void {
  flushTlb(cpu, false);
  setSpace(cpu);
  updateMode(cpu);
  updateInterrupts(cpu);
}
