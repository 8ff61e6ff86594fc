// The board of RISC-V's `virt`: every device at its row of the map, wired to the interrupt controllers.

import { createGpex, type Gpex } from "../../../devices/chipset/gpex/gpex.js";
import { FW_CFG_NB_CPUS, FwCfg } from "../../../devices/firmware/fwcfg/fwcfg.js";
import { FwCfgMmio } from "../../../devices/firmware/fwcfg/mmio.js";
import type { Device, GuestMemory, IoRegion, IrqLine } from "../../../devices/interfaces.js";
import { Mtimer } from "../../../devices/irqchip/aclint/mtimer.js";
import { MTIMER_SIZE, SWI_SIZE } from "../../../devices/irqchip/aclint/registers.js";
import { Swi } from "../../../devices/irqchip/aclint/swi.js";
import { Plic } from "../../../devices/irqchip/plic/plic.js";
import { pciPlace } from "../../../devices/pci/describe.js";
import type { PciFunction } from "../../../devices/pci/function.js";
import { GoldfishRtc } from "../../../devices/rtc/goldfish/goldfish.js";
import type { Pflash } from "../../../devices/storage/pflash/pflash.js";
import { SifiveTest } from "../../../devices/test/sifivetest/sifivetest.js";
import { Serial16550 } from "../../../devices/uart/serial16550/serial16550.js";
import { EMPTY_SLOT } from "../../../devices/virtio/transport/mmio/transport.js";
import type { MachineLog } from "../../../machine/log.js";
import type { Sockets } from "../../../machine/plug.js";
import type { StatePart } from "../../../snapshot/sections.js";
import type { BoardParts, Mainboard } from "../../registry/model.js";
import { type Hart, hartLine, MEI, MSI, MTI, SEI, SSI, STI } from "./hart.js";
import * as map from "./map.js";
import { SupervisorTimers } from "./supervisor-timers.js";

export interface RiscvBoardParts
  extends Pick<BoardParts<unknown>, "bus" | "clock" | "wall" | "log" | "control" | "serial" | "wake"> {
  readonly memory: GuestMemory;
  readonly ramSize: number;
  readonly harts: readonly Hart[];
  /** There are software interrupts for supervisors. */
  readonly aclint: boolean;
}

const UART_REGISTERS = 8;

export class RiscvVirtBoard implements Mainboard {
  /** In the order of their resets. */
  readonly devices: Device[] = [];
  readonly sockets: Sockets;
  readonly plic: Plic;
  readonly mtimer: Mtimer;
  readonly fwCfg: FwCfg;
  readonly pci: Gpex;
  readonly supervisorTimers: SupervisorTimers;
  readonly state: readonly StatePart[];
  private slots = 0;

  constructor(private readonly parts: RiscvBoardParts) {
    const { bus, clock, wall, log, control, harts, memory, ramSize, wake } = parts;
    const lines = (number: number): IrqLine[] => harts.map((hart) => hartLine(hart, number, wake));
    this.plic = new Plic({
      sources: map.PLIC_SOURCES,
      priorityBits: map.PLIC_PRIORITY_BITS,
      contexts: harts.flatMap((hart) => [hartLine(hart, MEI, wake), hartLine(hart, SEI, wake)]),
      log,
    });
    const mswi = new Swi("riscv.aclint.mswi", lines(MSI), log);
    this.mtimer = new Mtimer(clock, lines(MTI), log, () => {
      for (const hart of harts) hart.setTime(this.mtimer.ahead);
      this.supervisorTimers.counterSet();
    });
    this.supervisorTimers = new SupervisorTimers(clock, this.mtimer, lines(STI));
    this.state = [["supervisor timers", this.supervisorTimers]];
    bus.memory.map(map.CLINT.address, SWI_SIZE, mswi.name, mswi);
    bus.memory.map(map.CLINT.address + SWI_SIZE, MTIMER_SIZE, this.mtimer.name, this.mtimer);
    this.devices.push(this.mtimer, mswi);
    if (parts.aclint) {
      const sswi = new Swi(
        "riscv.aclint.sswi",
        harts.map((hart) => softwareEdge(hart, wake)),
        log,
      );
      bus.memory.map(map.SSWI, SWI_SIZE, sswi.name, sswi);
      this.devices.push(sswi);
    }
    this.place(map.PLIC, this.plic);

    const { backend, piped } = parts.serial(0);
    const uart = new Serial16550(clock, this.irq(map.UART), backend, { holdInput: piped });
    bus.memory.map(map.UART.address, UART_REGISTERS, uart.name, uart, { width: 1 });
    this.devices.push(uart);
    this.place(map.RTC, new GoldfishRtc(clock, wall, this.irq(map.RTC), log));
    this.place(map.TEST, new SifiveTest(control, log));
    this.fwCfg = new FwCfg([], memory, log);
    this.fwCfg.addU16(FW_CFG_NB_CPUS, harts.length);
    bus.memory.map(map.FW_CFG.address, map.FW_CFG.size, this.fwCfg.name, new FwCfgMmio(this.fwCfg));
    this.devices.push(this.fwCfg);

    const high = map.pciHigh(ramSize);
    // As QEMU's host bridge: what no function answers reads as ones.
    bus.memory.addOpenBus(map.PCI_PORTS.address, map.PCI_PORTS.size);
    bus.memory.addOpenBus(map.PCI_MEMORY.address, map.PCI_MEMORY.size);
    bus.memory.addOpenBus(high, map.PCI_HIGH_SIZE);
    this.pci = createGpex({
      memory: { map: (_kind, address, size, region) => bus.memory.map(address, size, "PCI", region) },
      windows: [
        { kind: "io", ...map.PCI_PORTS, busAddress: 0 },
        { kind: "mem", ...map.PCI_MEMORY, busAddress: map.PCI_MEMORY.address },
        { kind: "mem", address: high, size: map.PCI_HIGH_SIZE, busAddress: high },
      ],
      lines: [0, 1, 2, 3].map((line) => this.plic.input(map.PCI_IRQ + line)),
      log,
    });
    bus.memory.map(map.ECAM.address, map.ECAM.size, "gpex", this.pci.ecam);
    this.devices.push(this.pci.bus);
    this.sockets = this.makeSockets();
  }

  get log(): MachineLog {
    return this.parts.log;
  }

  /** A flash of a number. */
  addFlash(flash: number, device: Pflash): void {
    this.parts.bus.memory.map(map.FLASH.address + flash * map.FLASH_SIZE, map.FLASH_SIZE, device.name, device);
    this.devices.push(device);
  }

  /** Ends the machine before it has begun. */
  leave(): void {
    this.parts.control.exit(0);
  }

  /** Says of the slots left that they are empty. */
  complete(): void {
    for (const { address, size } of map.SLOTS.slice(this.slots)) {
      this.parts.bus.memory.map(address, size, "empty slot", EMPTY_SLOT);
    }
  }

  reset(): void {
    for (const hart of this.parts.harts) hart.reset();
    this.supervisorTimers.reset();
    for (const device of this.devices) device.reset();
  }

  private place({ address, size }: map.Place, device: Device & IoRegion): void {
    this.parts.bus.memory.map(address, size, device.name, device);
    this.devices.push(device);
  }

  private irq({ irq }: map.Place): IrqLine {
    return this.plic.input(irq!);
  }

  private makeSockets(): Sockets {
    const { bus } = this.pci;
    const slot = (): map.Place => {
      const place = map.SLOTS[this.slots];
      if (!place) throw new Error(`all ${map.SLOTS.length} slots of the machine are taken`);
      return place;
    };
    return {
      pci: {
        name: bus.name,
        kind: "PCIE",
        devices: () => bus.functions(),
        place: (device) => pciPlace(device as PciFunction),
        // There is nobody to send messages to.
        context: (base) => ({ ...base, linesOnly: true }),
        plug(device, { config }) {
          const { addr } = config.properties;
          bus.add(device, addr === undefined ? undefined : Number(addr));
        },
      },
      mmio: {
        name: "mmio.0",
        kind: "MMIO",
        context: (base) => ({ ...base, irq: this.irq(slot()) }),
        plug: ({ device, size, region }) => {
          const place = slot();
          if (size > place.size) throw new Error(`${size} bytes of registers do not fit into a slot of ${place.size}`);
          this.parts.bus.memory.map(place.address, size, device.name, region);
          this.slots++;
          this.devices.push(device);
        },
      },
    };
  }
}

/** An edge makes the hart's own bit pending. */
function softwareEdge(hart: Hart, wake: () => void): IrqLine {
  return {
    set(level) {
      if (!level) return;
      hart.setPending(SSI);
      wake();
    },
  };
}
