// The state of an x86 CPU in a snapshot: the guest's part of the CPU state less what is transient, and what the dispatcher has to know
// of it. Between two runs.

import type { DeviceState, Stateful } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";
import { stateReader } from "../../engine/state-reader.js";
import * as L from "../../layout/layout.js";
import { guestPart, loadVcpu, saveVcpu, settleVcpu } from "../../machine/vcpu-state.js";
import type { X86Cpu } from "./cpu.js";
import * as X from "./layout.js";

/** Not state: [first offset, end). */
const TRANSIENT: readonly (readonly [number, number])[] = [
  // The CPU model's, and a host address.
  [X.X_FEATURES, X.X_FEATURES + 32],
  [X.X_CPUID_TABLE, X.X_CPUID_COUNT + 4],
  // Between two instructions nothing is in it.
  [X.X_SCRATCH, X.X_PDPTE],
];
/** The lazy flags, which are saved worked out: how they are held depends on how code was translated. */
const LAZY: readonly (readonly [number, number])[] = [[X.X_CC_SRC, X.X_CC_OP + 4]];

export class X86State implements Stateful {
  readonly stateVersion = 2;
  private loaded: Uint8Array | undefined;

  constructor(private readonly cpu: X86Cpu) {}

  save(): DeviceState {
    const { vcpu } = this.cpu;
    const registers = this.registers.slice();
    for (const [from, to] of [...TRANSIENT, ...LAZY]) registers.fill(0, from - L.S_GUEST, to - L.S_GUEST);
    return {
      ...saveVcpu(vcpu, this.cpu.engine.memory),
      flags: Number(stateReader(this.cpu.engine.core, vcpu).helper("x86_flags")),
      registers,
    };
  }

  load(state: StateReader): void {
    const { vcpu } = this.cpu;
    const registers = state.bytes("registers", L.GUEST_STATE_SIZE);
    if (!areOfCpu(registers)) state.fail("registers", "the registers of such a CPU");
    // The ranges between the transient ones.
    let at: number = L.S_GUEST;
    for (const [from, to] of [...TRANSIENT, [L.S_GUEST + L.GUEST_STATE_SIZE, 0] as const]) {
      this.registers.set(registers.subarray(at - L.S_GUEST, from - L.S_GUEST), at - L.S_GUEST);
      at = to;
    }
    vcpu.set(X.X_CC_OP, X.CC_EFLAGS);
    vcpu.set64(X.X_CC_SRC, BigInt(state.uint("flags", X.F_CF | X.F_PF | X.F_AF | X.F_ZF | X.F_SF | X.F_OF)));
    loadVcpu(vcpu, this.cpu.engine.memory, state);
    this.loaded = this.registers.slice();
    this.cpu.strayed = false;
  }

  /** Modes and MMU by the registers. What that reads from memory is as it was saved, whatever memory says by now. */
  settle(): void {
    const { vcpu } = this.cpu;
    this.cpu.update();
    if (this.loaded) this.registers.set(this.loaded);
    this.loaded = undefined;
    settleVcpu(vcpu);
  }

  /** The guest's part of the CPU state. */
  private get registers(): Uint8Array {
    return guestPart(this.cpu.vcpu, this.cpu.engine.memory);
  }
}

/** What core uses as an index, a shift or a factor without looking at it is within its limits. */
function areOfCpu(registers: Uint8Array): boolean {
  const words = new DataView(registers.buffer, registers.byteOffset, registers.length);
  const field = (slot: number): number => words.getInt32(slot - L.S_GUEST, true);
  const within = (slot: number, least: number, most: number): boolean => field(slot) >= least && field(slot) <= most;
  return (
    within(X.X_CPL, 0, 3) &&
    within(X.X_FTOP, 0, 7) &&
    within(X.X_FTAG, 0, 0xff) &&
    (field(X.X_DF) === 1 || field(X.X_DF) === -1) &&
    within(X.X_EXC_VECTOR, -1, 0xff) &&
    within(X.X_EXC_NESTING, -1, 0xff)
  );
}
