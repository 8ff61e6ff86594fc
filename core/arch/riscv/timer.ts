// The supervisor's timer (Sstc): the machine is told when it will be time, and asserts the line then.

import {
  FEATURE_SSTC,
  IRQ_STI,
  PRIV_MACHINE,
  RV_FEATURES,
  RV_LINES,
  RV_MCOUNTEREN,
  RV_MENVCFG,
  RV_STIMECMP,
  RV_TIME,
  TIME_STEP,
} from "../../../src/arch/riscv/layout";
import { virtualTime } from "../../engine/time";
import { STCE } from "./bits";
import { timerSet } from "./host";
import { updateInterrupts } from "./mode";

const NEVER: u32 = 0xffffffff;

/** The time that `time` shows. */
export function now(cpu: i32): u64 {
  return <u64>virtualTime(cpu) / TIME_STEP + load<u64>(cpu + RV_TIME);
}

export function stimecmpAllowed(cpu: i32, priv: i32): bool {
  if ((load<i32>(cpu + RV_FEATURES) & FEATURE_SSTC) == 0) return false;
  return (
    priv == PRIV_MACHINE || ((load<u64>(cpu + RV_MENVCFG) & STCE) != 0 && (load<u64>(cpu + RV_MCOUNTEREN) & 2) != 0)
  );
}

/** Sets the line by stimecmp, and has the machine look again when it will be time. Without STCE there is no line: mip.STIP is software's. */
export function compare(cpu: i32): void {
  const lines = load<i32>(cpu + RV_LINES) & ~(1 << IRQ_STI);
  if ((load<u64>(cpu + RV_MENVCFG) & STCE) == 0) {
    store<i32>(cpu + RV_LINES, lines);
    timerSet(NEVER, NEVER);
    return;
  }
  const at = load<u64>(cpu + RV_STIMECMP);
  const due = now(cpu) >= at;
  store<i32>(cpu + RV_LINES, due ? lines | (1 << IRQ_STI) : lines);
  if (due) updateInterrupts(cpu);
  else timerSet(<u32>at, <u32>(at >> 32));
}
