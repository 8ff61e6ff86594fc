// What a BIOS leaves in memory, where a kernel is started without firmware: interrupt vectors, data areas, the code that the
// vectors point to, and the MultiProcessor tables.

import type { GuestMemory } from "../../../devices/interfaces.js";
import { INTERRUPT_LINE } from "../../../devices/pci/registers.js";
import { MachineError } from "../../../machine/host.js";
import { IOAPIC_BASE, LAPIC_BASE, type PcBoard } from "../board.js";
import type { MemoryRange } from "../boot/interfaces.js";
import { EBDA } from "../boot/memory-map.js";
import type { BiosCpu } from "./caller.js";
import { setUpChipset } from "./chipset.js";
import { BDA, dataArea, extendedDataArea } from "./data-area.js";
import { mpTable } from "./mp-table.js";
import { ROM_ADDRESS, romBytes, SERVICE_PORT, vectorTable } from "./rom.js";
import { ticksNow } from "./services/clock.js";
import { BiosServices } from "./services.js";

/** Behind the SMBIOS structures. */
export const MP_ADDRESS = 0xf6000;

export class Bios {
  private map: readonly MemoryRange[] = [];

  constructor(
    private readonly board: PcBoard,
    cpu: BiosCpu,
    private readonly memory: GuestMemory,
  ) {
    const { ports, parts, devices } = board;
    const services = new BiosServices({
      cpu,
      memory,
      ports,
      map: () => this.map,
      now: () => parts.clock.now(),
      wantInput: () => board.serialPorts[0]?.wantInput(),
      restart: () => parts.control.reset(),
    });
    try {
      ports.map(SERVICE_PORT, 1, services.name, services, { width: 1 });
    } catch (error) {
      throw new MachineError(`-kernel needs a port for itself: ${(error as Error).message}`);
    }
    devices.push(services);
  }

  /** After every reset of the devices, before the kernel is loaded. */
  setUp(map: readonly MemoryRange[]): void {
    const { board, memory } = this;
    this.map = map;
    setUpChipset(board);
    memory.write(0, vectorTable());
    const serial = board.serialPorts.map(({ port }) => port);
    memory.write(BDA, dataArea({ serial, mouse: board.i8042 !== undefined, ticks: ticksNow(board.ports) }));
    memory.write(EBDA, extendedDataArea());
    memory.write(ROM_ADDRESS, romBytes());
    const { signature, features } = board.cpuIdentity;
    const pci = pciInterrupts(board);
    memory.write(MP_ADDRESS, mpTable({ signature, features, lapic: LAPIC_BASE, ioapic: IOAPIC_BASE, pci }, MP_ADDRESS));
  }
}

/** Each slot's pins once, by the interrupt that firmware gave them. */
function pciInterrupts({ pci }: PcBoard): { slot: number; pin: number; input: number }[] {
  const found = new Map<number, { slot: number; pin: number; input: number }>();
  for (const device of pci.bus.functions()) {
    const { slot, pin } = device;
    if (pin !== 0) found.set(slot * 4 + pin, { slot, pin, input: device.readConfig(INTERRUPT_LINE, 1) });
  }
  return [...found.values()];
}
