// A machine of nothing but a CPU and RAM.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { X86Cpu, type X86CpuOptions, type X86Hooks } from "../../src/arch/x86/cpu.js";
import { buildCpuModel } from "../../src/arch/x86/frontend/cpuid.js";
import { X86Frontend } from "../../src/arch/x86/frontend/translate.js";
import { HOST_TPR_GET, HOST_TPR_SET } from "../../src/arch/x86/host-calls.js";
import * as X from "../../src/arch/x86/layout.js";

const RAM = 16 << 20;

let module: WebAssembly.Module | undefined;

/** A CPU after reset with 16 MiB of RAM; hooks left out answer with ones and do nothing. */
export function bareCpu(hooks: Partial<X86Hooks> = {}, options: Partial<X86CpuOptions> = {}): X86Cpu {
  module ??= new WebAssembly.Module(
    readFileSync(fileURLToPath(new URL("../../dist/core-x86_64.wasm", import.meta.url))),
  );
  const model = buildCpuModel("max");
  let tpr = 0n;
  let time = 0;
  return new X86Cpu({
    module,
    frontend: new X86Frontend(model.names),
    cpuid: { table: model.table, features: model.features },
    ram: [{ address: 0, length: RAM }],
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
  memory.u8.set([...bytes], memory.physical.hostOf(address));
}

export function peek16(cpu: X86Cpu, address: number): number {
  const { memory } = cpu.engine;
  const at = memory.physical.hostOf(address);
  return memory.u8[at]! | (memory.u8[at + 1]! << 8);
}

/** Flat 32-bit segments and paging by the directory at `tables`, with pages of 4 MiB and global ones (CR4.PSE, CR4.PGE). */
export function enterPaging(cpu: X86Cpu, tables: number): void {
  cpu.setSegment(X.CS, 8, 0n, 0xffffffffn, 0xc09b);
  for (const n of [X.DS, X.ES, X.SS]) cpu.setSegment(n, 16, 0n, 0xffffffffn, 0xc093);
  cpu.setField(X.X_CR3, BigInt(tables));
  cpu.setField(X.X_CR4, 0x90n);
  cpu.setField(X.X_CR0, 0x80000011n);
  cpu.update();
}
