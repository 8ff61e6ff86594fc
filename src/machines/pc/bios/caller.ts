// The program that called a BIOS service: its registers, flags and memory at the moment rom.asm asks for the service. On its
// stack lie EAX, which the service's number has displaced, then what INT pushed: IP, CS, flags.

import type { GuestMemory } from "../../../devices/interfaces.js";

/** What a service needs of the CPU: X86Cpu has it, by way of cpu-view.ts. */
export interface BiosCpu {
  /** Low 32 bits of a general register. */
  get(register: GeneralRegister): number;
  set(register: GeneralRegister, value: number): void;
  base(segment: "cs" | "ss" | "ds" | "es"): number;
  /** Loads ES as real mode does. */
  setEs(selector: number): void;
  readonly paging: boolean;
}

export type GeneralRegister = "eax" | "ebx" | "ecx" | "edx" | "esp" | "ebp" | "esi" | "edi";

const FLAGS_OFFSET = 8;
const CARRY = 0x01;
const ZERO = 0x40;

export class Caller {
  private readonly frame: number;

  constructor(
    readonly cpu: BiosCpu,
    readonly memory: GuestMemory,
  ) {
    this.frame = cpu.base("ss") + (cpu.get("esp") & 0xffff);
  }

  get eax(): number {
    return this.memory.readU32(this.frame);
  }
  set eax(value: number) {
    this.memory.writeU32(this.frame, value >>> 0);
  }
  get ax(): number {
    return this.eax & 0xffff;
  }
  set ax(value: number) {
    this.memory.writeU16(this.frame, value & 0xffff);
  }
  get al(): number {
    return this.eax & 0xff;
  }
  set al(value: number) {
    this.memory.writeU8(this.frame, value & 0xff);
  }
  get ah(): number {
    return (this.eax >> 8) & 0xff;
  }
  set ah(value: number) {
    this.memory.writeU8(this.frame + 1, value & 0xff);
  }

  get(register: GeneralRegister): number {
    return this.cpu.get(register);
  }
  set(register: GeneralRegister, value: number): void {
    this.cpu.set(register, value >>> 0);
  }
  get bx(): number {
    return this.word("ebx");
  }
  get cx(): number {
    return this.word("ecx");
  }
  get dx(): number {
    return this.word("edx");
  }
  get di(): number {
    return this.word("edi");
  }
  set bx(value: number) {
    this.setWord("ebx", value);
  }
  set cx(value: number) {
    this.setWord("ecx", value);
  }
  set dx(value: number) {
    this.setWord("edx", value);
  }

  word(register: GeneralRegister): number {
    return this.cpu.get(register) & 0xffff;
  }
  setWord(register: GeneralRegister, value: number): void {
    this.set(register, (this.cpu.get(register) & 0xffff0000) | (value & 0xffff));
  }

  /** Linear address of ES:register. */
  es(register: GeneralRegister): number {
    return this.cpu.base("es") + this.word(register);
  }

  set carry(on: boolean) {
    this.flag(CARRY, on);
  }
  set zero(on: boolean) {
    this.flag(ZERO, on);
  }

  /** Error `code` in AH, with carry. */
  fail(code: number): void {
    this.ah = code;
    this.carry = true;
  }
  /** 0 in AH, no carry. */
  succeed(): void {
    this.ah = 0;
    this.carry = false;
  }

  private flag(bit: number, on: boolean): void {
    const at = this.frame + FLAGS_OFFSET;
    const flags = this.memory.readU16(at);
    this.memory.writeU16(at, on ? flags | bit : flags & ~bit);
  }
}
