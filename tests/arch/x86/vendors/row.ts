// A row of the table of what vendors define differently (table.ts).

import type { Execution } from "./execution.js";

/** Makes the state after the instruction what one kind of processor leaves. */
export type Effect = () => void;

export interface Outcomes {
  intel: Effect;
  amd: Effect;
  /** Where our machine does as neither. */
  own?: Effect;
}

export interface VendorRow {
  /** The instructions and the condition, in words. */
  family: string;
  /** Of the mnemonics. */
  name: RegExp;
  /** What our machine does. */
  machine: keyof Outcomes;
  /** Undefined where the vendors agree. */
  outcomes(x: Execution): Outcomes | undefined;
}
