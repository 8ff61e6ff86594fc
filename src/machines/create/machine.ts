// A machine made of a model: its life, and what the monitor and tools ask of it.

import type { Device } from "../../devices/interfaces.js";
import type { EngineCpu } from "../../machine/cpu.js";
import { closeDrives, type Drive } from "../../machine/drives.js";
import { closeFolders, type Folder } from "../../machine/folders.js";
import { Machine, type MachineParts } from "../../machine/machine.js";
import type { MachineNetwork } from "../../machine/network.js";
import type { PluggedDevice } from "../../machine/plug.js";
import type { MonitoredMachine } from "../../monitor/attach.js";
import { machineTarget } from "../../monitor/machine-target.js";
import type { MonitorSources } from "../../monitor/sources.js";
import type { MonitorTarget } from "../../monitor/target.js";
import type { StatePart } from "../../snapshot/sections.js";
import type { Boot, MachineModel, Mainboard } from "../registry/model.js";
import type { MachineType } from "../registry/registry.js";
import { allDevices, boardState } from "./state.js";

export interface ModelledParts<C extends EngineCpu, B extends Mainboard> extends MachineParts {
  cpu: C;
  readonly type: MachineType;
  readonly model: MachineModel<C, B>;
  readonly drives: ReadonlyMap<string, Drive>;
  readonly network: MachineNetwork;
  readonly folders: ReadonlyMap<string, Folder>;
  readonly boot: Boot<B>;
  /** After the boot has started: what else is put into memory. */
  readonly loaded: () => void;
  /** Of a saved state: clocks, random numbers, consoles. */
  readonly state: readonly StatePart[];
  readonly monitor: Pick<MonitorSources, "memory" | "log" | "bus" | "ram" | "registers">;
}

/** What is given when every device is in place. */
export interface Wired<B extends Mainboard> {
  readonly mainboard: B;
  readonly plugged: readonly PluggedDevice[];
}

export class ModelledMachine<C extends EngineCpu = EngineCpu, B extends Mainboard = Mainboard>
  extends Machine
  implements MonitoredMachine
{
  declare readonly cpu: C;
  private wired: Wired<B> | undefined;

  constructor(private readonly modelled: ModelledParts<C, B>) {
    super(modelled);
  }

  /** By their ids. */
  get drives(): ReadonlyMap<string, Drive> {
    return this.modelled.drives;
  }

  get mainboard(): B {
    return this.parts.mainboard;
  }

  /** Those that are shared with the guest, by the ids of -fsdev. */
  get folders(): ReadonlyMap<string, Folder> {
    return this.modelled.folders;
  }

  private get parts(): Wired<B> {
    if (!this.wired) throw new Error("the machine is not wired yet");
    return this.wired;
  }

  monitorTarget(version: string): MonitorTarget {
    const { modelled, cpu } = this;
    const { mainboard, plugged } = this.parts;
    return machineTarget(
      {
        ...modelled.monitor,
        cpu,
        machine: this,
        drives: modelled.drives,
        network: modelled.network,
        mainboard,
        plugged,
      },
      version,
    );
  }

  /** Given once. */
  wire(wired: Wired<B>): void {
    this.wired = wired;
    const { mainboard, plugged } = wired;
    const { boot, loaded, drives, folders, network, type, model, state } = this.modelled;
    const { config, cpu } = this;
    const cpuState = model.cpuState?.(cpu);
    const start = (): void => {
      boot.start(mainboard);
      loaded();
    };
    const devices = (): Device[] => allDevices(mainboard, plugged);
    boot.install?.(mainboard);
    this.board = {
      devices: mainboard.devices,
      state: () =>
        boardState({ type, config, cpu, cpuState, board: mainboard, plugged, drives, folders, parts: state }),
      reset() {
        mainboard.reset();
        // Devices write no more by now to what is unpacked.
        const ready = boot.prepare?.();
        return ready ? ready.then(start) : start();
      },
      wakeUp() {
        mainboard.resetFromSleep?.();
        boot.wakeUp?.(mainboard);
      },
      powerButton: () => {
        if (!mainboard.powerButton) this.warn("the machine has no power button");
        else if (!mainboard.powerButton()) this.warn("the guest does not listen to the power button yet");
      },
      async close() {
        for (const drive of drives.values()) drive.lift();
        // A write that the guest was not told of yet is done all the same.
        await Promise.all(devices().map((device) => device.inFlight?.idle()));
        await network.close();
        await closeFolders(folders);
        await closeDrives(drives.values());
      },
    };
    this.on("state", (now) => {
      network.hold(now !== "running");
      if (now === "running") for (const device of devices()) device.inFlight?.resumed();
    });
  }
}
