// The board of `spike`: the interruptor of the harts, and HTIF where the program or the tree says.

import type { Device, GuestMemory, IrqLine } from "../../devices/interfaces.js";
import { Mtimer } from "../../devices/irqchip/aclint/mtimer.js";
import { MTIMER_SIZE, SWI_SIZE } from "../../devices/irqchip/aclint/registers.js";
import { Swi } from "../../devices/irqchip/aclint/swi.js";
import { FROMHOST, HTIF_SIZE, Htif } from "../../devices/test/htif/htif.js";
import type { MachineMemory, PhysicalRange } from "../../machine/cpu.js";
import type { Sockets } from "../../machine/plug.js";
import type { StatePart } from "../../snapshot/sections.js";
import type { BoardParts, Mainboard } from "../registry/model.js";
import { type Hart, hartLine, MSI, MTI, STI } from "../virt/riscv/hart.js";
import { SupervisorTimers } from "../virt/riscv/supervisor-timers.js";
import { HtifPage, type HtifPlaces, PAGE, pagesOf, showRegisters } from "./htif-page.js";
import * as map from "./map.js";

export interface SpikeBoardParts
  extends Pick<BoardParts<unknown>, "bus" | "clock" | "log" | "control" | "serial" | "wake"> {
  readonly memory: GuestMemory;
  readonly harts: readonly Hart[];
}

export class SpikeBoard implements Mainboard {
  /** In the order of their resets. */
  readonly devices: Device[];
  readonly sockets: Sockets = {};
  readonly state: readonly StatePart[];
  readonly supervisorTimers: SupervisorTimers;
  readonly htif: Htif;
  private changed = (): void => {};

  constructor(private readonly parts: SpikeBoardParts) {
    const { bus, clock, log, control, harts, memory, wake } = parts;
    const lines = (number: number): IrqLine[] => harts.map((hart) => hartLine(hart, number, wake));
    const mswi = new Swi("riscv.aclint.mswi", lines(MSI), log);
    const mtimer: Mtimer = new Mtimer(clock, lines(MTI), log, () => {
      for (const hart of harts) hart.setTime(mtimer.ahead);
      this.supervisorTimers.counterSet();
    });
    this.supervisorTimers = new SupervisorTimers(clock, mtimer, lines(STI));
    this.state = [["supervisor timers", this.supervisorTimers]];
    bus.memory.map(map.CLINT.address, SWI_SIZE, mswi.name, mswi);
    bus.memory.map(map.CLINT.address + SWI_SIZE, MTIMER_SIZE, mtimer.name, mtimer);
    const console = parts.serial(0).backend;
    this.htif = new Htif({ control, console, memory, log, changed: () => this.changed() });
    this.devices = [mtimer, mswi, this.htif];
  }

  /** HTIF at its own place, where `fromhost` comes first. */
  mapHtif(): void {
    const { htif } = this;
    this.parts.bus.memory.map(map.HTIF, HTIF_SIZE, htif.name, {
      read: (offset, size) => htif.read(offset ^ FROMHOST, size),
      write: (offset, size, value) => htif.write(offset ^ FROMHOST, size, value),
    });
  }

  /** HTIF in RAM; gives the ranges of memory that are to be watched. */
  watchHtif(places: HtifPlaces, memory: MachineMemory): PhysicalRange[] {
    const { bus } = this.parts;
    this.changed = () => showRegisters(places, this.htif, memory);
    return pagesOf(places).map((address) => {
      bus.memory.map(address, PAGE, this.htif.name, new HtifPage(address, places, this.htif, memory));
      return { address, length: PAGE, kind: "watched-ram" };
    });
  }

  /** Ends the machine before it has begun. */
  leave(): void {
    this.parts.control.exit(0);
  }

  reset(): void {
    for (const hart of this.parts.harts) hart.reset();
    this.supervisorTimers.reset();
    for (const device of this.devices) device.reset();
  }
}
