// The toy's CPU in a saved state.

import type { DeviceState, Stateful } from "../../src/devices/interfaces.js";
import type { StateReader } from "../../src/devices/state.js";
import { GUEST_STATE_SIZE } from "../../src/layout/vcpu.js";
import { guestPart, loadVcpu, saveVcpu, settleVcpu } from "../../src/machine/vcpu-state.js";
import type { ToyCpu } from "./cpu.js";

export class ToyState implements Stateful {
  readonly stateVersion = 1;

  constructor(private readonly cpu: ToyCpu) {}

  save(): DeviceState {
    const { vcpu, engine } = this.cpu;
    return { ...saveVcpu(vcpu, engine.memory), registers: guestPart(vcpu, engine.memory).slice() };
  }

  load(state: StateReader): void {
    const { vcpu, engine } = this.cpu;
    guestPart(vcpu, engine.memory).set(state.bytes("registers", GUEST_STATE_SIZE));
    loadVcpu(vcpu, engine.memory, state);
  }

  settle(): void {
    const { vcpu, engine } = this.cpu;
    engine.update(vcpu);
    settleVcpu(vcpu);
  }
}
