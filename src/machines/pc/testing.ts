import type { X86Inputs } from "../../arch/x86/cpu.js";
import { IdleCpu } from "../../machine/testing.js";

/** An x86 CPU that executes nothing. */
export class IdleX86Cpu extends IdleCpu implements X86Inputs {
  a20 = true;
  nmis = 0;

  nmi(): void {
    this.nmis++;
  }
  init(): void {}
  sipi(): void {}
  setA20(enabled: boolean): void {
    this.a20 = enabled;
  }
}
