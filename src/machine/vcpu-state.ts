// What of a CPU's state in a snapshot is the same for every guest: where it is, what it has counted, what waits for it. Between two runs.

import type { DeviceState } from "../devices/interfaces.js";
import type { StateReader } from "../devices/state.js";
import type { EngineMemory } from "../engine/memory.js";
import type { Vcpu } from "../engine/vcpu.js";
import * as L from "../layout/layout.js";

export function saveVcpu(vcpu: Vcpu, { physical }: Pick<EngineMemory, "physical">): DeviceState {
  const watched = vcpu.get(L.S_EXCLUSIVE) >>> 0;
  return {
    pc: vcpu.get64(L.S_PC).toString(),
    instructions: vcpu.instructions,
    skipped: vcpu.skipped,
    lastEvent: vcpu.get64(L.S_LAST_EVENT).toString(),
    inhibit: vcpu.get(L.S_INHIBIT),
    halted: vcpu.get(L.S_HALTED) !== 0,
    attention: vcpu.get(L.S_ATTENTION) !== 0,
    // By its guest-physical address: memory lies elsewhere in the next machine.
    exclusive: watched === 0 ? null : physical.physOf(watched),
    exclusiveSize: watched === 0 ? 0 : vcpu.get(L.S_EXCLUSIVE_SIZE),
    exclusiveValue: watched === 0 ? "0" : vcpu.get64(L.S_EXCLUSIVE_VALUE).toString(),
  };
}

export function loadVcpu(vcpu: Vcpu, { physical }: Pick<EngineMemory, "physical">, state: StateReader): void {
  vcpu.set64(L.S_PC, state.big("pc"));
  vcpu.set64(L.S_LAST_EVENT, state.big("lastEvent"));
  vcpu.set(L.S_INHIBIT, state.uint("inhibit", L.INHIBIT_ALL));
  vcpu.set(L.S_HALTED, state.bool("halted") ? 1 : 0);
  // Looking for events counts as one: what is pending is looked at again only where it would have been.
  vcpu.set(L.S_ATTENTION, state.bool("attention") ? 1 : 0);
  const watched = state.optionalUint("exclusive", Number.MAX_SAFE_INTEGER);
  vcpu.set(L.S_EXCLUSIVE, watched === undefined ? 0 : physical.hostOf(watched));
  vcpu.set(L.S_EXCLUSIVE_SIZE, state.uint("exclusiveSize", 3));
  vcpu.set64(L.S_EXCLUSIVE_VALUE, state.big("exclusiveValue"));
  const most = Number.MAX_SAFE_INTEGER;
  vcpu.resumeAt(state.uint("instructions", most), state.uint("skipped", most));
}

/** The guest's part of the CPU state. */
export function guestPart(vcpu: Vcpu, { u8 }: { readonly u8: Uint8Array }): Uint8Array {
  const from = vcpu.base + L.S_GUEST;
  return u8.subarray(from, from + L.GUEST_STATE_SIZE);
}

/** After the guest's modes were worked out anew: nothing is under way. */
export function settleVcpu(vcpu: Vcpu): void {
  vcpu.set(L.S_FAULT, L.FAULT_NONE);
  vcpu.set(L.S_ONE_INSN, vcpu.get(L.S_ALONE));
}
