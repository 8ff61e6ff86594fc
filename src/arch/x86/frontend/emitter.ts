// What a semantic function builds IR with: registers, memory and operands of the instruction being translated, flags,
// exceptions and control flow. One Emitter translates one block after another.
//
// Values: operands of 1, 2 and 4 bytes are I32, zero-extended; of 8 bytes I64; of 16 bytes V128. Addresses are I64 linear.
// Precise state: read operands, compute, touch memory, and only then write registers and flags.

import type { IrBuilder, Value } from "../../../ir/builder.js";
import { Control } from "./emit/control.js";
import { Flags } from "./flags/flags.js";

export { EXC_DE, EXC_GP, EXC_NM, EXC_SS, EXC_UD } from "./emit/control.js";
export type { Size } from "./flags/sized.js";

export class Emitter extends Control {
  readonly flags: Flags;

  /** `operands`: of all rows, four numbers each (DecodeTables.operands). */
  constructor(b: IrBuilder, operands: Int32Array) {
    super(b, operands);
    this.flags = new Flags(b);
  }

  begin(code: Uint8Array, codeStart: number, mode: number, entry: number): void {
    this.beginRegisters(mode);
    this.beginControl(code, codeStart);
    this.stackPointer = -1;
    this.flags.begin(entry);
  }

  /** Condition code 0-15 as I32 0/1. */
  condition(cc: number): Value {
    return this.flags.condition(cc);
  }

  call(id: number, x: Value = -1, y: Value = -1, z: Value = -1): Value {
    return this.b.call(id, x, y, z);
  }
}
