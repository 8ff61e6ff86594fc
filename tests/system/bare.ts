// A machine of nothing but a CPU and RAM.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildCpuModel } from "../../src/frontend/x86/cpuid.js";
import { HOST_TPR_GET, HOST_TPR_SET } from "../../src/frontend/x86/host-calls.js";
import { X86Frontend } from "../../src/frontend/x86/translate.js";
import { X86Cpu, type X86CpuOptions, type X86Hooks } from "../../src/machine/x86-cpu.js";

const RAM = 16 << 20;

let module: WebAssembly.Module | undefined;

/** A CPU after reset with 16 MiB of RAM; hooks left out answer with ones and do nothing. */
export function bareCpu(hooks: Partial<X86Hooks> = {}, options: Partial<X86CpuOptions> = {}): X86Cpu {
  module ??= new WebAssembly.Module(readFileSync(fileURLToPath(new URL("../../dist/core.wasm", import.meta.url))));
  const model = buildCpuModel("max");
  let tpr = 0n;
  let time = 0;
  return new X86Cpu({
    module,
    frontend: new X86Frontend(model.names),
    cpuid: { table: model.table, features: model.features },
    ramSize: RAM,
    ramLow: RAM,
    hooks: {
      mmioRead: () => 0xffffffff,
      mmioWrite: () => {},
      portRead: () => 0xffffffff,
      portWrite: () => {},
      now: () => time++,
      acknowledge: () => -1,
      random: () => 4,
      guestCall: (what, value) => {
        if (what === HOST_TPR_SET) tpr = value;
        return what === HOST_TPR_GET ? tpr : 0n;
      },
      ...hooks,
    },
    ...options,
  });
}

/** Puts bytes at a guest-physical address. */
export function poke(cpu: X86Cpu, address: number, bytes: Iterable<number>): void {
  const { memory } = cpu.engine;
  memory.u8.set([...bytes], memory.plan.ramBase + address);
}

export function peek16(cpu: X86Cpu, address: number): number {
  const { memory } = cpu.engine;
  const at = memory.plan.ramBase + address;
  return memory.u8[at]! | (memory.u8[at + 1]! << 8);
}
