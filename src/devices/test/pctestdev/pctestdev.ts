// QEMU's pc-testdev, which kvm-unit-tests use: interrupt lines raised by port writes, a port register to read back in all
// widths, a page flush trigger, and a little MMIO memory.

import type { Device, DeviceState, IoRegion, IrqLine } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

/** Ports of the interrupt region: one for each line. */
export const TESTDEV_IRQS = 24;
/** Bytes of the MMIO region. */
export const TESTDEV_MMIO_SIZE = 0x10000;

export class PcTestDevice implements Device {
  readonly name = "pc-testdev";
  readonly stateVersion = 1;
  /** Port n: a write sets line n to whether the value is not 0. */
  readonly irq: IoRegion = {
    read: () => 0,
    write: (offset, _size, value) => this.lines[offset]?.set(value !== 0),
  };
  /** Four ports that keep what is written to them. */
  readonly port: IoRegion = {
    read: (offset, size) => load(this.register, offset & 3, size),
    write: (offset, size, value) => store(this.register, offset & 3, size, value),
  };
  /** A write asks for the page at that address to be dropped from the TLBs' caches; there is nothing to do. */
  readonly flush: IoRegion = { read: () => 0, write() {} };
  readonly mmio: IoRegion = {
    read: (offset, size) => load(this.memory, offset, size),
    write: (offset, size, value) => store(this.memory, offset, size, value),
  };
  private readonly register = new Uint8Array(4);
  private readonly memory = new Uint8Array(TESTDEV_MMIO_SIZE);

  /** `lines` are the ISA and I/O APIC inputs 0 to 23. */
  constructor(private readonly lines: readonly IrqLine[]) {}

  reset(): void {
    this.register.fill(0);
    this.memory.fill(0);
  }

  save(): DeviceState {
    return { register: this.register.slice(), memory: this.memory.slice() };
  }

  load(reader: StateReader): void {
    this.register.set(reader.bytes("register", 4));
    this.memory.set(reader.bytes("memory", TESTDEV_MMIO_SIZE));
  }
}

function load(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
  return value;
}

function store(bytes: Uint8Array, offset: number, size: number, value: number): void {
  for (let i = 0; i < size; i++) bytes[offset + i] = value >>> (i * 8);
}
