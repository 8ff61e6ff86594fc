// The skeleton of `virt`: RAM not at 0, a UART, slots for devices of -device, a stand-in for an interrupt controller. It knows no CPU but
// its interrupt line; a guest's own parts (device tree, timers, PLIC or GIC) come with the guest.

import type { Device, IrqLine } from "../../devices/interfaces.js";
import { Serial16550 } from "../../devices/uart/serial16550/serial16550.js";
import { EMPTY_SLOT } from "../../devices/virtio/transport/mmio/transport.js";
import type { Cpu } from "../../machine/cpu.js";
import type { Sockets } from "../../machine/plug.js";
import type { BoardParts, Mainboard } from "../registry/model.js";
import { INTERRUPTS_SIZE, VirtInterrupts } from "./interrupts.js";
import { INTERRUPTS_BASE, SLOTS, UART } from "./memory.js";

export interface VirtParts extends Pick<BoardParts<Pick<Cpu, "reset">>, "bus" | "clock" | "serial" | "cpu"> {
  /** The CPU's interrupt line. */
  readonly interrupt: IrqLine;
}

export class VirtBoard implements Mainboard {
  readonly interrupts: VirtInterrupts;
  readonly uart: Serial16550;
  /** In the order of their resets. */
  readonly devices: Device[] = [];
  private slots = 0;

  constructor(private readonly parts: VirtParts) {
    const { bus, clock, serial } = parts;
    this.interrupts = new VirtInterrupts(parts.interrupt);
    bus.memory.map(INTERRUPTS_BASE, INTERRUPTS_SIZE, this.interrupts.name, this.interrupts);
    const irq = this.interrupts.input(UART.irq);
    const { backend, piped } = serial(0);
    this.uart = new Serial16550(clock, irq, backend, { holdInput: piped });
    bus.memory.map(UART.address, UART.size, "uart", this.uart, { width: 1 });
    this.devices.push(this.interrupts, this.uart);
  }

  readonly sockets: Sockets = {
    mmio: {
      name: "mmio.0",
      kind: "MMIO",
      context: (base) => ({ ...base, irq: this.interrupts.input(SLOTS.irq + this.slots) }),
      plug: ({ device, size, region }) => {
        if (this.slots === SLOTS.count) throw new Error(`all ${SLOTS.count} slots of the machine are taken`);
        if (size > SLOTS.size) throw new Error(`${size} bytes of registers do not fit into a slot of ${SLOTS.size}`);
        this.parts.bus.memory.map(slotAddress(this.slots++), size, device.name, region);
        this.devices.push(device);
      },
    },
  };

  /** Says of the slots left that they are empty. */
  complete(): void {
    for (let slot = this.slots; slot < SLOTS.count; slot++) {
      this.parts.bus.memory.map(slotAddress(slot), SLOTS.size, "empty slot", EMPTY_SLOT);
    }
  }

  reset(): void {
    this.parts.cpu.reset();
    for (const device of this.devices) device.reset();
  }
}

function slotAddress(slot: number): number {
  return SLOTS.address + slot * SLOTS.size;
}
