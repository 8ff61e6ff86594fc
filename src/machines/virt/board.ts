// The skeleton of `virt`: RAM not at 0, a UART, slots for devices of -device, a stand-in for an interrupt controller. It knows no CPU but
// its interrupt line; a guest's own parts (device tree, timers, PLIC or GIC) come with the guest.

import type { Clock, Device, IrqLine } from "../../devices/interfaces.js";
import type { CharEnd } from "../../devices/registry/context.js";
import { Serial16550 } from "../../devices/uart/serial16550/serial16550.js";
import { EMPTY_SLOT } from "../../devices/virtio/transport/mmio/transport.js";
import type { Bus } from "../../machine/bus.js";
import { type LoadedDevice, Plugger, type PlugParts, type Sockets } from "../../machine/plug.js";
import { INTERRUPTS_SIZE, VirtInterrupts } from "./interrupts.js";
import { INTERRUPTS_BASE, SLOTS, UART } from "./memory.js";

export interface VirtParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** The CPU's interrupt line. */
  readonly interrupt: IrqLine;
  readonly console: CharEnd;
  /** Power-on state of the CPU. */
  resetCpu(): void;
}

export class VirtBoard {
  readonly interrupts: VirtInterrupts;
  readonly uart: Serial16550;
  /** In the order of their resets. */
  readonly devices: Device[] = [];
  private slots = 0;

  constructor(private readonly parts: VirtParts) {
    const { bus, clock, console } = parts;
    this.interrupts = new VirtInterrupts(parts.interrupt);
    bus.memory.map(INTERRUPTS_BASE, INTERRUPTS_SIZE, this.interrupts.name, this.interrupts);
    const irq = this.interrupts.input(UART.irq);
    this.uart = new Serial16550(clock, irq, console.backend, { holdInput: console.piped });
    bus.memory.map(UART.address, UART.size, "uart", this.uart, { width: 1 });
    this.devices.push(this.interrupts, this.uart);
  }

  /** Plugs in what loadDevices() brought, and says of the slots left that they are empty. To be called once. Throws MachineError. */
  addDevices(devices: readonly LoadedDevice[], parts: PlugParts): void {
    const plugger = new Plugger(parts, this.sockets());
    for (const device of devices) plugger.plug(device);
    for (let slot = this.slots; slot < SLOTS.count; slot++) {
      this.parts.bus.memory.map(slotAddress(slot), SLOTS.size, "empty slot", EMPTY_SLOT);
    }
  }

  /** Power-on state of CPU and devices. */
  reset(): void {
    this.parts.resetCpu();
    for (const device of this.devices) device.reset();
  }

  private sockets(): Sockets {
    return {
      mmio: {
        context: (base) => ({ ...base, irq: this.interrupts.input(SLOTS.irq + this.slots) }),
        plug: ({ device, size, region }) => {
          if (this.slots === SLOTS.count) throw new Error(`all ${SLOTS.count} slots of the machine are taken`);
          if (size > SLOTS.size) throw new Error(`${size} bytes of registers do not fit into a slot of ${SLOTS.size}`);
          this.parts.bus.memory.map(slotAddress(this.slots++), size, device.name, region);
          this.devices.push(device);
        },
      },
    };
  }
}

function slotAddress(slot: number): number {
  return SLOTS.address + slot * SLOTS.size;
}
