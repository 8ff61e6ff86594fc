// The `pc` machine (i440FX + PIIX): which device sits at which port, address and interrupt, as QEMU's has them.

import type { CpuIdentity, X86Inputs } from "../../arch/x86/cpu.js";
import { AcpiPm } from "../../devices/chipset/acpipm/acpipm.js";
import { createPcPci, type PcPci } from "../../devices/chipset/i440fx/pc.js";
import { NullDevice } from "../../devices/chipset/nulldevice/nulldevice.js";
import { Port92 } from "../../devices/chipset/port92/port92.js";
import { ResetControl } from "../../devices/chipset/resetctl/resetctl.js";
import { Smbus } from "../../devices/chipset/smbus/smbus.js";
import { FwCfg } from "../../devices/firmware/fwcfg/fwcfg.js";
import { I8042 } from "../../devices/input/i8042/i8042.js";
import type { Clock, Device, IrqLine, MachineControl, WallClock } from "../../devices/interfaces.js";
import type { Ioapic } from "../../devices/irqchip/ioapic/ioapic.js";
import type { Lapic } from "../../devices/irqchip/lapic/lapic.js";
import type { Pic8259 } from "../../devices/irqchip/pic8259/pic8259.js";
import { CONFIG_PORTS, CONFIG_PORTS_SIZE } from "../../devices/pci/config-ports.js";
import type { BarMapper } from "../../devices/pci/interfaces.js";
import type { SerialPort } from "../../devices/registry/registry.js";
import type { CmosRtc } from "../../devices/rtc/cmosrtc/cmosrtc.js";
import { SHUTDOWN_S3_RESUME, SHUTDOWN_STATUS } from "../../devices/rtc/cmosrtc/registers.js";
import { restore } from "../../devices/state.js";
import { PostPort } from "../../devices/test/post/post.js";
import type { Bus } from "../../machine/bus.js";
import type { MachineMemory } from "../../machine/cpu.js";
import type { MachineLog } from "../../machine/log.js";
import type { AddressSpace } from "../../machine/memory-map.js";
import type { Sockets } from "../../machine/plug.js";
import type { MachineConfig } from "../../options/config.js";
import type { StatePart } from "../../snapshot/sections.js";
import type { Mainboard } from "../registry/model.js";
import { A20Line } from "./a20.js";
import type { BootEntry } from "./boot-order.js";
import { PcInterrupts } from "./irq-lines.js";
import { interruptControllers } from "./irqchips.js";
import { PcMemory, ramBelow4g } from "./memory.js";
import { pcOptions } from "./options.js";
import { pcSockets } from "./sockets.js";
import { pcTimers } from "./timers.js";

export const IOAPIC_BASE = 0xfec00000;
export const LAPIC_BASE = 0xfee00000;
export const FW_CFG_PORT = 0x510;
export const GPE_PORT = 0xafe0;
export const APM_PORT = 0xb2;

export interface PcParts {
  config: MachineConfig;
  cpuIdentity: CpuIdentity;
  cpu: X86Inputs;
  bus: Bus;
  memory: MachineMemory;
  clock: Clock;
  wall: WallClock;
  log: MachineLog;
  control: MachineControl;
  /** A halted CPU may have something to do. */
  wake: () => void;
}

/** The devices every `pc` has, wired; -device adds to it. */
export class PcBoard implements Mainboard {
  readonly ports: AddressSpace;
  readonly mmio: AddressSpace;
  readonly pci: PcPci;
  readonly interrupts: PcInterrupts;
  readonly lapic: Lapic;
  readonly ioapic: Ioapic;
  readonly pic: Pic8259;
  readonly pm: AcpiPm;
  private readonly rtc: CmosRtc;
  readonly fwCfg: FwCfg;
  readonly memoryMap: PcMemory;
  /** Interrupt 13, raised by x87 errors where CR0.NE is clear. */
  readonly ferr: IrqLine;
  readonly a20: A20Line;
  readonly i8042: I8042 | undefined;
  readonly cpuIdentity: CpuIdentity;
  /** For the tables. */
  readonly serialPorts: SerialPort[] = [];
  readonly ramLow: number;
  readonly ramHigh: number;
  /** In the order of their resets. */
  readonly devices: Device[] = [];
  /** What firmware may boot from, in the order of the command line. */
  readonly bootEntries: BootEntry[] = [];
  readonly sockets: Sockets;
  readonly state: readonly StatePart[];

  constructor(readonly parts: PcParts) {
    const { config, cpu, memory, clock, log, control } = parts;
    const options = pcOptions(config);
    this.cpuIdentity = parts.cpuIdentity;
    this.ports = parts.bus.ports;
    this.mmio = parts.bus.memory;
    this.memoryMap = new PcMemory(memory);
    this.ramLow = ramBelow4g(memory.size, options["max-ram-below-4g"]);
    this.ramHigh = memory.size - this.ramLow;

    const chips = interruptControllers(cpu, parts.wake, clock, log);
    this.pic = chips.pic;
    this.lapic = chips.lapic;
    this.ioapic = chips.ioapic;
    this.interrupts = new PcInterrupts(options.pic ? (irq) => this.pic.line(irq) : undefined, (pin) =>
      this.ioapic.pin(pin),
    );
    this.devices.push(this.pic, this.lapic, this.ioapic);
    if (options.pic) this.mapPic();
    this.mapApic();

    const { wall } = parts;
    const { ports, mmio } = this;
    const ram = { low: this.ramLow, high: this.ramHigh };
    const source = (irq: number): IrqLine => this.interrupts.source(irq);
    const timers = pcTimers({ config, clock, wall, log, ports, mmio, ram, source });
    this.rtc = timers.rtc;
    this.devices.push(...timers.devices);
    this.a20 = new A20Line(cpu);
    this.ferr = this.interrupts.source(13);
    this.pm = new AcpiPm(clock, this.interrupts.source(9), control, log);
    const resetControl = new ResetControl(control);
    const smbus = new Smbus();
    this.pci = createPcPci({
      mapper: this.barMapper(),
      msi: chips.bus,
      irqs: Array.from({ length: 16 }, (_, irq) => this.interrupts.source(irq)),
      log,
      resetControl,
      shadow: this.memoryMap,
      pm: this.pm.pm,
      smbus,
    });
    this.ports.map(CONFIG_PORTS, CONFIG_PORTS_SIZE, "pci-config", this.pci.ports);
    this.ports.map(GPE_PORT, 4, "acpi-gpe0", this.pm.gpe);
    this.ports.map(APM_PORT, 2, "apm", this.pm.command, { width: 1 });
    this.devices.push(this.pm, smbus, resetControl, this.pci.ports, this.pci.bus);

    const port92 = new Port92(control, this.a20);
    this.ports.map(0x92, 1, "port92", port92);
    const post = new PostPort();
    this.ports.map(0x80, 1, "ioport80", post);
    this.devices.push(port92, post);
    this.i8042 = options.i8042 ? this.addI8042() : undefined;
    this.addSilentPorts();

    this.fwCfg = new FwCfg([], memory, log);
    this.ports.map(FW_CFG_PORT, 12, "fw_cfg", this.fwCfg);
    this.devices.push(this.fwCfg);
    this.sockets = pcSockets(this);
    this.state = [
      ["interrupt lines", this.interrupts],
      ["a20", this.a20],
    ];
  }

  powerButton(): boolean {
    return this.pm.powerButton();
  }

  nmi(): void {
    this.lapic.lint1.set(true);
  }

  /** Power-on state of all devices. */
  reset(): void {
    this.parts.cpu.reset();
    this.a20.set(true);
    this.ferr.set(false);
    this.memoryMap.reset();
    for (const device of this.devices) device.reset();
  }

  /** As after ACPI's S3: firmware finds itself in RAM, as it was, and the CMOS says that it is to resume. */
  resetFromSleep(): void {
    const bridge = this.pci.bus.at(0, 0)!;
    const shadows = bridge.save();
    this.reset();
    restore(bridge, shadows);
    this.rtc.poke(SHUTDOWN_STATUS, SHUTDOWN_S3_RESUME);
    this.pm.woken();
  }

  private mapPic(): void {
    this.ports.map(0x20, 2, "pic0", this.pic.master, { width: 1 });
    this.ports.map(0xa0, 2, "pic1", this.pic.slave, { width: 1 });
    this.ports.map(0x4d0, 2, "elcr", this.pic.elcr, { width: 1 });
  }

  private mapApic(): void {
    this.mmio.map(IOAPIC_BASE, 0x1000, "ioapic", this.ioapic);
    let mapping = this.mmio.map(LAPIC_BASE, 0x1000, "apic", this.lapic);
    this.lapic.onBaseChange = (address) => {
      if (address === mapping.address) return;
      mapping.unmap();
      try {
        mapping = this.mmio.map(address, 0x1000, "apic", this.lapic);
      } catch (error) {
        this.parts.log.guestError((error as Error).message);
      }
    };
  }

  private addI8042(): I8042 {
    const { control, log } = this.parts;
    const i8042 = new I8042({
      keyboardIrq: this.interrupts.source(1),
      auxIrq: this.interrupts.source(12),
      machine: control,
      a20: this.a20,
      log,
    });
    this.ports.map(0x60, 1, "i8042-data", i8042.data);
    this.ports.map(0x64, 1, "i8042-cmd", i8042.command);
    this.devices.push(i8042);
    return i8042;
  }

  /** Places that every system pokes at and where a PC answers nothing of note. */
  private addSilentPorts(): void {
    const nothing = new NullDevice("unused");
    const { ferr } = this;
    // DMA controllers and their page registers, and the coprocessor's interrupt latch.
    this.ports.map(0x00, 16, "dma", nothing);
    this.ports.map(0x81, 15, "dma-page", nothing);
    this.ports.map(0xc0, 32, "dma2", nothing);
    // The coprocessor's error latch: a write clears interrupt 13.
    this.ports.map(0xf0, 1, "ioportF0", { read: () => 0xff, write: () => ferr.set(false) });
  }

  private barMapper(): BarMapper {
    return {
      map: (kind, address, size, region) =>
        (kind === "io" ? this.ports : this.mmio).map(address, size, "pci-bar", region),
    };
  }
}
