// A program in real mode, for tests of the services.

import { FakeMemory } from "../../../devices/testing.js";
import type { BiosCpu, GeneralRegister } from "./caller.js";
import type { Ports } from "./ports.js";

const FRAME = 0x7c00;

/** Registers that remember, segments at 0 but CS, and a stack with what rom.asm leaves on it. */
export class FakeProgram implements BiosCpu {
  readonly memory = new FakeMemory(1 << 20);
  readonly bases = { cs: 0xf0000, ss: 0, ds: 0, es: 0 };
  paging = false;
  private readonly registers = new Map<GeneralRegister, number>([["esp", FRAME]]);

  get(register: GeneralRegister): number {
    return register === "eax" ? this.memory.readU32(FRAME) : (this.registers.get(register) ?? 0);
  }
  set(register: GeneralRegister, value: number): void {
    if (register === "eax") this.memory.writeU32(FRAME, value);
    else this.registers.set(register, value);
  }
  base(segment: keyof FakeProgram["bases"]): number {
    return this.bases[segment];
  }
  setEs(selector: number): void {
    this.bases.es = selector * 16;
  }

  /** The flags that IRET gives back. */
  get flags(): number {
    return this.memory.readU16(FRAME + 8);
  }
  get carry(): boolean {
    return (this.flags & 1) !== 0;
  }
  get zero(): boolean {
    return (this.flags & 0x40) !== 0;
  }
}

/** Ports that remember what was written, with input for some. */
export class FakePorts implements Ports {
  readonly written: [port: number, value: number][] = [];
  readonly inputs = new Map<number, number[]>();

  read(port: number): number {
    return this.inputs.get(port)?.shift() ?? 0;
  }
  write(port: number, _size: number, value: number): void {
    this.written.push([port, value]);
  }

  /** What went to a port, as text. */
  text(port: number): string {
    return String.fromCharCode(...this.written.filter(([to]) => to === port).map(([, value]) => value));
  }
}
