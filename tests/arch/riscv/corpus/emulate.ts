// Runs cases of the corpus on a hart in machine mode: a trap ends each, and its handler waits.

import * as R from "../../../../src/arch/riscv/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { assemble } from "../../../../testing/riscv/assembler.js";
import { BareHart } from "../../../../testing/riscv/machine.js";
import { type Case, CODE, CODE_BYTES, CODE_FROM, DATA, DATA_BYTES, type Outcome } from "./cases.js";

const HANDLER = DATA + 0x8000;
const C_EBREAK = 0x9002;
const TWO_EBREAKS = C_EBREAK | (C_EBREAK << 16);
const ILLEGAL = 2n;

export class Runner {
  private readonly hart: BareHart;
  private before: readonly number[] = [];

  constructor(tier1?: (engine: Engine) => Tier1) {
    this.hart = new BareHart({
      tier1,
      ram: [
        { address: CODE_FROM, length: CODE_BYTES },
        { address: DATA, length: 0x10000 },
      ],
    });
    this.hart.write(CODE_FROM, new Uint8Array(new Uint16Array(CODE_BYTES / 2).fill(C_EBREAK).buffer));
    this.hart.words(HANDLER, ...assemble(HANDLER, "wfi").code);
  }

  run({ raw, more = [], x, f, fcsr, data }: Case): Outcome {
    const { cpu, ram } = this.hart;
    this.place([(raw & 3) === 3 ? raw : (raw & 0xffff) | (C_EBREAK << 16), ...more]);
    ram.write(DATA, data);
    cpu.reset();
    for (let n = 0; n < 32; n++) {
      cpu.setX(n, x[n]!);
      cpu.setField(R.RV_F + 8 * n, f[n]!);
    }
    cpu.setField32(R.RV_FFLAGS, fcsr & 31);
    cpu.setField32(R.RV_FRM, fcsr >> 5);
    cpu.setField(R.RV_MTVEC, BigInt(HANDLER));
    // The F and V units are on.
    cpu.setField(R.RV_MSTATUS, 0x6600n);
    cpu.update();
    this.hart.run(CODE);
    const registers = (slot: number) => BigUint64Array.from({ length: 32 }, (_, n) => cpu.field(slot + 8 * n));
    return {
      pc: Number(cpu.field(R.RV_MEPC)) - CODE,
      illegal: cpu.field(R.RV_MCAUSE) === ILLEGAL,
      x: registers(R.RV_X),
      f: registers(R.RV_F),
      fcsr: cpu.field32(R.RV_FFLAGS) | (cpu.field32(R.RV_FRM) << 5),
      data: ram.view(DATA, DATA_BYTES)!.slice(),
    };
  }

  /** Code that is there already stays as it is; behind it are traps. */
  private place(code: readonly number[]): void {
    const { before } = this;
    this.before = code;
    if (code.length === before.length && code.every((word, k) => word === before[k])) return;
    const behind = Array.from({ length: Math.max(0, before.length - code.length) }, () => TWO_EBREAKS);
    this.hart.words(CODE, ...code, ...behind);
  }
}
