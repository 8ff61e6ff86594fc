// A machine of type `pc`: the life of a machine, and what the monitor and the page ask of this kind.

import type { X86Cpu } from "../../arch/x86/cpu.js";
import { closeDrives, type Drive } from "../../machine/drives.js";
import type { EngineGuestMemory } from "../../machine/guest-memory.js";
import type { MachineLog } from "../../machine/log.js";
import { Machine, type MachineParts } from "../../machine/machine.js";
import type { MonitoredMachine } from "../../monitor/attach.js";
import type { MonitorTarget } from "../../monitor/target.js";
import type { StatePart } from "../../snapshot/sections.js";
import type { PcBoard } from "./board.js";
import type { Boot } from "./boot-interfaces.js";
import { pcState } from "./state.js";

export interface PcMachineParts {
  memory: EngineGuestMemory;
  drives: Map<string, Drive>;
  log: MachineLog;
  boot: Boot;
  /** What of a saved state is none of the board's: clocks, random numbers, consoles. */
  parts: readonly StatePart[];
  /** The CPU's state in lines of text. */
  registers: () => string;
  /** What the monitor of this version of the program sees. */
  target: (machine: PcMachine, version: string) => MonitorTarget;
}

export class PcMachine extends Machine implements MonitoredMachine {
  readonly pc: PcMachineParts;
  private wired: PcBoard | undefined;

  constructor(parts: MachineParts & { cpu: X86Cpu }, pc: PcMachineParts) {
    super(parts);
    this.pc = pc;
  }

  get x86(): X86Cpu {
    return this.cpu as X86Cpu;
  }

  get devices(): PcBoard {
    if (!this.wired) throw new Error("the machine is not wired yet");
    return this.wired;
  }

  monitorTarget(version: string): MonitorTarget {
    return this.pc.target(this, version);
  }

  /** Given once, when every device is in place. */
  setBoard(board: PcBoard): void {
    this.wired = board;
    const { boot, drives } = this.pc;
    if (boot.firmware) board.memoryMap.setFirmware(boot.firmware);
    this.board = {
      devices: board.devices,
      state: () => pcState({ config: this.config, cpu: this.x86, drives, parts: this.pc.parts }, board),
      reset() {
        board.reset();
        // Devices write no more by now to what is unpacked.
        const ready = boot.prepare?.();
        return ready ? ready.then(() => boot.start(board)) : boot.start(board);
      },
      wakeUp() {
        board.resetFromSleep();
        boot.wakeUp(board);
      },
      powerButton: () => {
        if (!board.pm.powerButton()) this.warn("the guest does not listen to the power button yet");
      },
      async close() {
        // A write that the guest was not told of yet is done all the same.
        await Promise.all(board.plugged.map((device) => device.idle?.()));
        await closeDrives(drives.values());
      },
    };
    this.on("state", (state) => {
      if (state === "running") for (const device of board.plugged) device.resumed?.();
    });
  }
}
