// The host-target interface of Berkeley's simulators, as QEMU's spike has it: two registers of 64 bits. What the guest writes to `tohost`
// is a command to a device of the host (bits 63:56), a command number (bits 55:48) and a payload; the answer stands in `fromhost`.
// Device 0 ends the machine, or carries out a system call of the proxy kernel; device 1 is the console.

import type {
  CharBackend,
  Device,
  DeviceLog,
  DeviceState,
  GuestMemory,
  IoRegion,
  MachineControl,
} from "../../interfaces.js";
import type { StateReader } from "../../state.js";

export const TOHOST = 0;
export const FROMHOST = 8;
export const HTIF_SIZE = 16;

const SYSTEM = 0;
const CONSOLE = 1;
const GET = 0;
const PUT = 1;
/** write(2) of the proxy kernel: a block of 64-bit words, its number, file, buffer, length. */
const SYSTEM_WRITE = 64;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
const BLOCK_BYTES = 32;
/** Bytes that one call writes at most: the console's reader may be slow. */
const WRITE_MOST = 1 << 20;
/** Answers of the console say that there is one. */
const ANSWERED = 0x100n;
const PAYLOAD = (1n << 48n) - 1n;

export interface HtifParts {
  readonly control: MachineControl;
  readonly console: CharBackend;
  readonly memory: GuestMemory;
  readonly log?: DeviceLog;
  /** The registers hold something else. */
  readonly changed?: () => void;
}

export class Htif implements Device, IoRegion {
  readonly name = "riscv.htif";
  readonly stateVersion = 1;
  /** Its four 32-bit halves: tohost, fromhost. */
  private readonly words = new Uint32Array(4);
  private input: number[] = [];
  /** The guest waits for a byte. */
  private wanted = false;

  constructor(private readonly parts: HtifParts) {
    parts.console.receive = (bytes) => {
      if (this.input.length > 0 || bytes.length === 0) return 0;
      this.input.push(bytes[0]!);
      this.feed();
      this.parts.changed?.();
      return 1;
    };
  }

  reset(): void {
    this.words.fill(0);
    this.wanted = false;
  }

  read(offset: number, size: number): number {
    const word = this.words[(offset >> 2) & 3]! >>> (8 * (offset & 3));
    return size === 4 ? word : word & (2 ** (8 * size) - 1);
  }

  /** A command is there with the upper half of tohost, which is written last. */
  write(offset: number, size: number, value: number): void {
    if (size !== 4 || (offset & 3) !== 0) {
      this.parts.log?.guestError(`riscv.htif: write of ${size} bytes at offset 0x${offset.toString(16)} means nothing`);
      return;
    }
    this.words[(offset >> 2) & 3] = value;
    if (offset === TOHOST + 4) this.command();
    else if (offset === FROMHOST + 4) this.feed();
    this.parts.changed?.();
  }

  private get tohost(): bigint {
    return (BigInt(this.words[1]!) << 32n) | BigInt(this.words[0]!);
  }

  private answer(value: bigint): void {
    this.words[2] = Number(value & 0xffff_ffffn);
    this.words[3] = Number(value >> 32n);
  }

  private command(): void {
    const command = this.tohost;
    this.words[0] = this.words[1] = 0;
    const [device, number] = [Number(command >> 56n), Number((command >> 48n) & 0xffn)];
    const payload = command & PAYLOAD;
    if (command === 0n) return;
    if (device === SYSTEM && number === 0) this.system(payload);
    else if (device === CONSOLE && number === PUT) {
      this.parts.console.write(Uint8Array.of(Number(payload & 0xffn)));
      this.answer((command & ~PAYLOAD) | ANSWERED | (payload & 0xffn));
    } else if (device === CONSOLE && number === GET) {
      this.wanted = true;
      this.feed();
    } else this.parts.log?.guestError(`riscv.htif: there is no command ${number} of device ${device}`);
  }

  private system(payload: bigint): void {
    if (payload & 1n) {
      // Exit statuses have eight bits on every host.
      this.parts.control.exit(Number((payload >> 1n) & 0xffn));
      return;
    }
    const block = Number(payload);
    const result = this.call(block);
    if (result === undefined) return;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, result, true);
    this.parts.memory.write(block, bytes);
    this.answer(1n);
  }

  /** What a system call gives; undefined: it cannot be read. */
  private call(block: number): bigint | undefined {
    const { memory, log, console } = this.parts;
    const view = memory.view(block, BLOCK_BYTES);
    if (!view) {
      log?.guestError(`riscv.htif: a system call at 0x${block.toString(16)} is not in RAM`);
      return undefined;
    }
    const words = new DataView(view.buffer, view.byteOffset, BLOCK_BYTES);
    const [number, file, buffer, length] = [0, 8, 16, 24].map((at) => Number(words.getBigUint64(at, true))) as [
      number,
      number,
      number,
      number,
    ];
    if (number !== SYSTEM_WRITE || (file !== STANDARD_OUTPUT && file !== STANDARD_ERROR)) {
      log?.unimplemented(`riscv.htif: system call ${number} of file ${file}`);
      return -1n;
    }
    const bytes = memory.view(buffer, Math.min(length, WRITE_MOST));
    if (!bytes && length > 0) return -1n;
    if (bytes) console.write(bytes.slice());
    return BigInt(bytes?.length ?? 0);
  }

  /** A byte that came to a guest that waits for one, once it has taken the answer of before. */
  private feed(): void {
    if (!this.wanted || this.input.length === 0 || this.words[2] !== 0 || this.words[3] !== 0) return;
    this.wanted = false;
    const byte = this.input.shift()!;
    this.answer((BigInt(CONSOLE) << 56n) | ANSWERED | BigInt(byte));
    this.parts.console.drained?.();
  }

  save(): DeviceState {
    return {
      words: new Uint8Array(this.words.slice().buffer),
      input: Uint8Array.from(this.input),
      wanted: this.wanted,
    };
  }

  load(state: StateReader): void {
    const words = state.bytes("words", HTIF_SIZE);
    this.words.set(new Uint32Array(words.slice().buffer));
    this.input = [...state.bytes("input").subarray(0, 1)];
    this.wanted = state.bool("wanted");
  }
}
