import type { X86Inputs } from "../../arch/x86/cpu.js";
import { DEVICES } from "../../devices/devices.js";
import type { FakeMachine } from "../../devices/testing.js";
import { ChardevHub } from "../../machine/chardev-hub.js";
import { HostWork } from "../../machine/clock/scheduler.js";
import { openDrives } from "../../machine/drives.js";
import { MachineNetwork } from "../../machine/network.js";
import { loadDevices, Plugger, type PlugParts } from "../../machine/plug.js";
import { IdleCpu, type TestHost } from "../../machine/testing.js";
import type { MachineConfig } from "../../options/config.js";
import type { PcBoard } from "./board.js";
import { PC } from "./model.js";

/** Plugs the devices of a configuration into a board. */
export async function plugDevices(
  board: PcBoard,
  config: MachineConfig,
  host: TestHost,
  parts: Pick<PlugParts, "memory" | "clock" | "log"> & { control: FakeMachine },
): Promise<void> {
  const drives = await openDrives(config.drives, host, new HostWork());
  const consoles = new ChardevHub(config.chardevs, host, { quit() {}, save: () => "" }, 1);
  const control = Object.assign(parts.control, { warn() {}, stopForError() {} });
  const network = new MachineNetwork();
  const all = { ...parts, control, drives, folders: new Map(), consoles, entropy: host.entropy, network };
  const plugger = new Plugger(all, board.sockets, PC.counts!(config));
  for (const device of await loadDevices(DEVICES, PC.devices(config))) plugger.plug(device);
}

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
