// The machine `pc`: an x86 CPU on an i440FX board.

import { X86Cpu, type X86Hooks } from "../../arch/x86/cpu.js";
import type { X86Translation } from "../../arch/x86/guest.js";
import { X86State } from "../../arch/x86/state.js";
import type { CpuParts, MachineModel } from "../registry/model.js";
import { PcBoard } from "./board.js";
import { prepareBoot } from "./boot.js";
import { createGuestCalls } from "./guest-calls.js";
import { pcRam } from "./memory.js";
import { pcOptions } from "./options.js";
import { pcDevices, SERIAL } from "./sockets.js";

export const PC: MachineModel<X86Cpu, PcBoard> = {
  ram: (config) => pcRam(config.ramSize, pcOptions(config)["max-ram-below-4g"]),
  createCpu,
  cpuState: (cpu) => new X86State(cpu),
  createBoard: (parts) => new PcBoard({ ...parts, cpuIdentity: parts.cpu.identity }),
  devices: pcDevices,
  // Ports that -serial leaves out keep their numbers.
  counts: ({ serial }) => ({ [SERIAL]: serial.length }),
  prepareBoot,
};

function createCpu({ engine, bus, translation }: CpuParts, board: () => PcBoard): X86Cpu {
  // The machine has the frontend that its guest made.
  const { frontend, model } = translation as X86Translation;
  let calls: X86Hooks["guestCall"] | undefined;
  const guestCall: X86Hooks["guestCall"] = (what, value) => {
    calls ??= createGuestCalls(board());
    return calls(what, value);
  };
  return new X86Cpu({
    ...engine,
    frontend,
    cpuid: model,
    hooks: {
      ...engine.hooks,
      portRead: (port, size) => bus.read(bus.ports, port, size),
      portWrite: (port, size, value) => bus.write(bus.ports, port, size, value),
      acknowledge: () => board().lapic.acknowledge(),
      guestCall,
    },
  });
}
