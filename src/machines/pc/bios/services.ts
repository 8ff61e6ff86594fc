// The services of our BIOS: rom.asm writes the number of an interrupt to a port, the work is done here on the caller's
// registers, and a read of the port says whether it is done. docs/decisions/bios-services.md says why it is so.

import type { Device, DeviceState, GuestMemory, IoRegion } from "../../../devices/interfaces.js";
import type { StateReader } from "../../../devices/state.js";
import type { MemoryRange } from "../boot/interfaces.js";
import { type BiosCpu, Caller } from "./caller.js";
import { EQUIPMENT, MEMORY_KIB, SERIAL_BASES } from "./data-area.js";
import type { Ports } from "./ports.js";
import { ROM_SEGMENT } from "./rom.js";
import { clockService, countTick } from "./services/clock.js";
import { diskService } from "./services/disk.js";
import { KeyboardService } from "./services/keyboard.js";
import { pciService } from "./services/pci.js";
import { serialService } from "./services/serial.js";
import { SystemService } from "./services/system.js";
import { VideoService } from "./services/video.js";

export interface BiosParts {
  cpu: BiosCpu;
  memory: GuestMemory;
  ports: Ports;
  /** The memory map of INT 15h AH=E820h. */
  map: () => readonly MemoryRange[];
  /** Virtual nanoseconds. */
  now: () => number;
  /** A program asks for a key: the serial console may bring one. */
  wantInput: () => void;
  /** Starts the machine again, its kernel too. */
  restart: () => void;
}

/** What a read of the port says (rom.asm). */
const DONE = 0;
const WAIT = 1;
const LOOK_AGAIN = 2;

const PIC_COMMAND = 0x20;
const END_OF_INTERRUPT = 0x20;
const PCI_BIOS = 0xb1;
const LINE_CONTROL = 3;
const DIVISOR_ACCESS = 0x80;
const NOTHING_TO_BOOT = "No bootable device.\r\n";

export class BiosServices implements Device, IoRegion {
  readonly name = "bios-services";
  readonly stateVersion = 1;
  private readonly video: VideoService;
  private readonly keyboard: KeyboardService;
  private readonly system: SystemService;
  private state = DONE;
  private gaveUp = false;
  private serving = false;

  constructor(private readonly parts: BiosParts) {
    const { memory, ports, map, now } = parts;
    this.video = new VideoService(memory, (bytes) => this.show(bytes));
    this.keyboard = new KeyboardService(memory, ports, parts.wantInput);
    this.system = new SystemService({ memory, ports, map, now: () => now() / 1000 });
  }

  reset(): void {
    this.state = DONE;
    this.gaveUp = false;
    this.video.reset();
    this.system.deadline = undefined;
  }

  read(): number {
    return this.called ? this.state : 0xff;
  }

  write(_offset: number, _size: number, value: number): void {
    // A program may have told the data area that a serial port is here.
    if (this.serving || !this.called) return;
    this.serving = true;
    try {
      this.state = this.serve(value & 0xff, new Caller(this.parts.cpu, this.parts.memory));
    } finally {
      this.serving = false;
    }
  }

  /** Whether it is our code that speaks, whose addresses are physical ones. To all others there is no such port. */
  private get called(): boolean {
    const { cpu } = this.parts;
    return cpu.base("cs") === ROM_SEGMENT * 16 && !cpu.paging;
  }

  private serve(interrupt: number, caller: Caller): number {
    const { memory, ports, restart } = this.parts;
    switch (interrupt) {
      case 0x08:
        countTick(memory);
        return DONE;
      case 0x09:
        this.keyboard.interrupt();
        ports.write(PIC_COMMAND, 1, END_OF_INTERRUPT);
        return DONE;
      case 0x10:
        this.video.call(caller);
        return DONE;
      case 0x11:
        caller.ax = memory.readU16(EQUIPMENT);
        return DONE;
      case 0x12:
        caller.ax = memory.readU16(MEMORY_KIB);
        return DONE;
      case 0x13:
        diskService(memory, caller);
        return DONE;
      case 0x14:
        serialService(memory, ports, caller);
        return DONE;
      case 0x15:
        return this.system.call(caller) ? DONE : LOOK_AGAIN;
      case 0x16:
        return this.keyboard.call(caller) ? DONE : WAIT;
      case 0x17:
        // There is no printer.
        caller.carry = true;
        return DONE;
      case 0x18:
        if (!this.gaveUp) this.show([...NOTHING_TO_BOOT].map((character) => character.charCodeAt(0)));
        this.gaveUp = true;
        return WAIT;
      case 0x19:
        restart();
        return WAIT;
      case 0x1a:
        if (caller.ah !== PCI_BIOS) return clockService(memory, ports, caller) ? DONE : LOOK_AGAIN;
        pciService(ports, caller);
        return DONE;
      default:
        return DONE;
    }
  }

  /** Puts bytes out at the first serial port. */
  private show(bytes: readonly number[]): void {
    const { memory, ports } = this.parts;
    const port = memory.readU16(SERIAL_BASES);
    if (port === 0) return;
    // A program may be about to set the rate.
    const control = ports.read(port + LINE_CONTROL, 1);
    if (control & DIVISOR_ACCESS) ports.write(port + LINE_CONTROL, 1, control & ~DIVISOR_ACCESS);
    for (const byte of bytes) ports.write(port, 1, byte);
    if (control & DIVISOR_ACCESS) ports.write(port + LINE_CONTROL, 1, control);
  }

  save(): DeviceState {
    return {
      state: this.state,
      gaveUp: this.gaveUp,
      deadline: this.system.deadline ?? null,
      video: this.video.save(),
    };
  }

  load(reader: StateReader): void {
    this.state = reader.uint("state", LOOK_AGAIN);
    this.gaveUp = reader.bool("gaveUp");
    this.system.deadline = reader.optional("deadline");
    this.video.load(reader.part("video"));
  }
}
