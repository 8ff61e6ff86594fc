// The state of a hart in a snapshot: the guest's part of the CPU state less what is transient, and what the dispatcher has to know of
// it. Between two runs.

import type { DeviceState, Stateful } from "../../devices/interfaces.js";
import type { StateReader } from "../../devices/state.js";
import * as L from "../../layout/layout.js";
import { guestPart, loadVcpu, saveVcpu, settleVcpu } from "../../machine/vcpu-state.js";
import type { RiscvCpu } from "./cpu.js";
import * as R from "./layout.js";

/** Not state: [first offset, end), ascending. */
const TRANSIENT: readonly (readonly [number, number])[] = [
  // Between two instructions no exception is pending, and no region is entered.
  [R.RV_CAUSE, R.RV_LINES],
  // The CPU model's.
  [R.RV_FEATURES, R.RV_FEATURES + 4],
  [R.RV_RM, R.RV_RM + 4],
  [R.RV_MISA, R.RV_MHARTID + 8],
];

export class RiscvState implements Stateful {
  readonly stateVersion = 1;
  private loaded: Uint8Array | undefined;

  constructor(private readonly cpu: RiscvCpu) {}

  save(): DeviceState {
    const registers = this.registers.slice();
    for (const [from, to] of TRANSIENT) registers.fill(0, from - L.S_GUEST, to - L.S_GUEST);
    return { ...saveVcpu(this.cpu.vcpu, this.cpu.engine.memory), registers };
  }

  load(state: StateReader): void {
    const registers = state.bytes("registers", L.GUEST_STATE_SIZE);
    if (!areOfHart(registers)) state.fail("registers", "the registers of such a hart");
    const kept = this.registers.slice();
    this.registers.set(registers);
    for (const [from, to] of TRANSIENT) {
      const [start, end] = [from - L.S_GUEST, to - L.S_GUEST];
      this.registers.set(kept.subarray(start, end), start);
    }
    loadVcpu(this.cpu.vcpu, this.cpu.engine.memory, state);
    this.loaded = this.registers.slice();
    this.cpu.strayed = false;
  }

  /** Modes and MMU by the registers. */
  settle(): void {
    const attention = this.cpu.vcpu.get(L.S_ATTENTION);
    this.cpu.update();
    if (this.loaded) this.registers.set(this.loaded);
    this.loaded = undefined;
    this.cpu.vcpu.set(L.S_ATTENTION, attention);
    settleVcpu(this.cpu.vcpu);
  }

  private get registers(): Uint8Array {
    return guestPart(this.cpu.vcpu, this.cpu.engine.memory);
  }
}

/** What core uses as an index or a shift without looking at it is within its limits. */
function areOfHart(registers: Uint8Array): boolean {
  const words = new DataView(registers.buffer, registers.byteOffset, registers.length);
  const field = (slot: number): number => words.getInt32(slot - L.S_GUEST, true);
  const privileges = [R.PRIV_USER, R.PRIV_SUPERVISOR, R.PRIV_MACHINE];
  return (
    privileges.includes(field(R.RV_PRIV)) &&
    (field(R.RV_FRM) & ~7) === 0 &&
    (field(R.RV_FFLAGS) & ~31) === 0 &&
    // x0 is 0.
    words.getBigUint64(R.RV_X - L.S_GUEST, true) === 0n
  );
}
