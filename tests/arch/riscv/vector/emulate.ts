// Runs cases of vector instructions on a hart in machine mode: a trap ends each, and its handler waits.

import { EXTENSIONS } from "../../../../src/arch/riscv/extensions.js";
import * as R from "../../../../src/arch/riscv/layout.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { assemble } from "../../../../testing/riscv/assembler.js";
import { BareHart } from "../../../../testing/riscv/machine.js";
import { CODE } from "../corpus/cases.js";
import { type Case, DATA_BYTES, DATA_FROM, type Outcome, REGISTER_BYTES, WINDOW, WINDOW_BYTES } from "./cases.js";

const HANDLER = CODE + 0x800;
const C_EBREAK = 0x9002;
const ILLEGAL = 2n;
const BREAKPOINT = 3n;
const LOCKED_NAPOT = 0x98n;
/** mstatus: both units are on. */
const UNITS = 0x6600n;

export class Runner {
  private readonly hart: BareHart;
  private before = 0;

  constructor(tier1?: (engine: Engine) => Tier1) {
    this.hart = new BareHart({
      tier1,
      extensions: EXTENSIONS,
      ram: [
        { address: CODE, length: 0x1000 },
        { address: DATA_FROM, length: DATA_BYTES },
      ],
    });
    this.hart.write(CODE, new Uint8Array(new Uint16Array(0x400).fill(C_EBREAK).buffer));
    this.hart.words(HANDLER, ...assemble(HANDLER, "wfi").code);
  }

  run(input: Case): Outcome {
    const { cpu, ram } = this.hart;
    if (input.raw !== this.before) this.hart.words(CODE, input.raw);
    this.before = input.raw;
    ram.write(WINDOW, input.data);
    cpu.reset();
    for (let n = 0; n < 32; n++) {
      cpu.setX(n, input.x[n]!);
      cpu.setField(R.RV_F + 8 * n, input.f[n]!);
    }
    const view = new DataView(input.v.buffer);
    for (let at = 0; at < REGISTER_BYTES; at += 8) cpu.setField(R.RV_V + at, view.getBigUint64(at, true));
    cpu.setField(R.RV_VTYPE, BigInt.asIntN(64, input.vtype));
    cpu.setField32(R.RV_VL, input.vl);
    cpu.setField32(R.RV_VSTART, input.vstart);
    cpu.setField32(R.RV_VXSAT, input.vcsr & 1);
    cpu.setField32(R.RV_VXRM, input.vcsr >> 1);
    cpu.setField32(R.RV_FFLAGS, input.fcsr & 31);
    cpu.setField32(R.RV_FRM, input.fcsr >> 5);
    cpu.setField(R.RV_MTVEC, BigInt(HANDLER));
    cpu.setField(R.RV_MSTATUS, UNITS);
    // Behind the memory is a page that nobody may access.
    cpu.setField(R.RV_PMPADDR, BigInt(((DATA_FROM + DATA_BYTES) >>> 2) | 0x1ff));
    cpu.setField(R.RV_PMPCFG, LOCKED_NAPOT);
    cpu.update();
    this.hart.run(CODE);
    const words = (slot: number) => BigUint64Array.from({ length: 32 }, (_, n) => cpu.field(slot + 8 * n));
    const cause = cpu.field(R.RV_MCAUSE);
    const v = new BigUint64Array(REGISTER_BYTES / 8).map((_, n) => cpu.field(R.RV_V + 8 * n));
    return {
      pc: Number(cpu.field(R.RV_MEPC)) - CODE,
      trap: cause === ILLEGAL ? "illegal" : cause === BREAKPOINT ? "" : "fault",
      x: words(R.RV_X),
      f: words(R.RV_F),
      v: new Uint8Array(v.buffer),
      vtype: BigInt.asUintN(64, cpu.field(R.RV_VTYPE)),
      vl: cpu.field32(R.RV_VL),
      vstart: cpu.field32(R.RV_VSTART),
      vcsr: cpu.field32(R.RV_VXSAT) | (cpu.field32(R.RV_VXRM) << 1),
      fcsr: cpu.field32(R.RV_FFLAGS) | (cpu.field32(R.RV_FRM) << 5),
      data: ram.view(WINDOW, WINDOW_BYTES)!.slice(),
    };
  }
}
