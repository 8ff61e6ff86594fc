// A hart as the machine sees it.

import { S_ATTENTION } from "../../layout/vcpu.js";
import type { CpuHooks } from "../../machine/cpu.js";
import { GuestCpu, type GuestCpuOptions } from "../../machine/guest-cpu.js";
import { RISCV } from "./arch.js";
import { featureBits, misa } from "./extensions.js";
import * as R from "./layout.js";
import { type Scheme, satpMode } from "./schemes.js";

export interface RiscvHooks extends CpuHooks {
  /** stimecmp was set: when `time` gets there, IRQ_STI is to be asserted. */
  timerSet(at: bigint): void;
  /** EBREAK: whether it is a call that the host carries out, for which it stops the hart. Absent: they are all breakpoints. */
  semihosting?(pc: bigint): boolean;
}

export interface RiscvCpuOptions extends GuestCpuOptions<RiscvHooks> {
  /** As the frontend has them. */
  extensions: readonly string[];
  /** The widest page tables; undefined: there are none. */
  scheme: Scheme | undefined;
}

export class RiscvCpu extends GuestCpu {
  /** In the order of the ISA string. */
  readonly extensions: readonly string[];
  readonly scheme: Scheme | undefined;

  constructor(options: RiscvCpuOptions) {
    const { hooks, extensions, scheme } = options;
    super(RISCV, options, {
      timerSet: (lo: number, hi: number) => hooks.timerSet(wide(lo, hi)),
      semihosting: (lo: number, hi: number) => Number(hooks.semihosting?.(wide(lo, hi)) ?? false),
    });
    this.extensions = extensions;
    this.scheme = scheme;
    const features = featureBits(extensions) | (hooks.semihosting ? R.FEATURE_SEMIHOSTING : 0);
    this.vcpu.set(R.RV_FEATURES, features | (satpMode(scheme) << R.WIDEST_MODE_SHIFT));
    this.vcpu.set64(R.RV_MISA, BigInt.asIntN(64, misa(extensions)));
    this.reset();
  }

  /** `line`: IRQ_* of the layout. */
  setInterrupt(line: number, level: boolean): void {
    const lines = this.vcpu.get(R.RV_LINES);
    const next = level ? lines | (1 << line) : lines & ~(1 << line);
    if (next === lines) return;
    this.vcpu.set(R.RV_LINES, next);
    if (level) this.vcpu.set(S_ATTENTION, 1);
  }

  /** Sets a bit of mip that software clears. */
  setPending(line: number): void {
    this.vcpu.set64(R.RV_MIP, this.vcpu.get64(R.RV_MIP) | (1n << BigInt(line)));
    this.vcpu.set(S_ATTENTION, 1);
  }

  x(register: number): bigint {
    return this.vcpu.get64(R.RV_X + 8 * register);
  }

  setX(register: number, value: bigint): void {
    if (register !== 0) this.vcpu.set64(R.RV_X + 8 * register, BigInt.asUintN(64, value));
  }
}

/** A number of 64 bits in two halves. */
function wide(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
