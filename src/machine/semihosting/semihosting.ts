// Semihosting (the specification of its ABI, 2.0, whose operations all guests share): what a program without an operating system
// asks of the machine's host. A call is carried out between two instructions of the CPU, which stands still until that is done.

import { decodeText, encodeText } from "../../base/text.js";
import type { SemihostingConsole } from "./console.js";
import { EINVAL, SemihostingFiles } from "./files.js";
import { FileFailure, type HostFiles, type SemihostingCall } from "./interfaces.js";

export interface SemihostingParts {
  /** The words of the program's command line. */
  readonly args: readonly string[];
  readonly console: SemihostingConsole;
  /** Undefined: none. */
  readonly files: HostFiles | undefined;
  /** Leaves with a status. */
  exit(status: number): void;
  /** Nanoseconds since the machine began. */
  elapsed(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  date(): number;
  /** A call that means nothing. */
  guestError(message: string): void;
}

const FAILED = -1n;
/** Reasons of SYS_EXIT (ADP_Stopped_ApplicationExit). */
const APPLICATION_EXIT = 0x20026n;
const NAME_MOST = 4096;
const TEXT_MOST = 1 << 20;
const TRANSFER_MOST = 1 << 26;
const TICKS = 1_000_000_000n;
const NS_PER_CENTISECOND = 10_000_000;

export class Semihosting {
  private readonly files: SemihostingFiles;
  private errno = 0;

  constructor(private readonly parts: SemihostingParts) {
    this.files = new SemihostingFiles(parts.console, parts.files);
  }

  /** The machine has ended. */
  async close(): Promise<void> {
    this.parts.console.flush();
    await this.files.closeAll();
  }

  /** Carries a call out; the program goes on unless that was its end. */
  async serve(call: SemihostingCall): Promise<void> {
    const operation = OPERATIONS[call.operation];
    if (!operation) {
      this.parts.guestError(`semihosting: there is no operation 0x${call.operation.toString(16)}`);
      call.finish(FAILED);
      return;
    }
    try {
      const result = await operation({ ...this.parts, errno: () => this.errno, files: this.files }, new Block(call));
      if (result === undefined) await this.close();
      else call.finish(result);
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
      this.errno = error.errno;
      call.finish(FAILED);
    }
  }
}

/** The parameter block of a call. What is not in memory is EINVAL. */
class Block {
  constructor(readonly call: SemihostingCall) {}

  word(n: number): bigint {
    return this.wordAt(this.call.parameter + BigInt(n * this.call.wordBytes));
  }

  number(n: number): number {
    return Number(this.word(n));
  }

  private wordAt(address: bigint): bigint {
    const { wordBytes } = this.call;
    const bytes = this.bytes(address, wordBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, wordBytes);
    return wordBytes === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
  }

  bytes(address: bigint, length: number): Uint8Array {
    const bytes = length <= TRANSFER_MOST ? this.call.memory.read(address, length) : undefined;
    if (!bytes) throw new FileFailure(EINVAL);
    return bytes;
  }

  text(address: bigint, most: number): Uint8Array {
    const bytes = this.call.memory.readText(address, most);
    if (!bytes) throw new FileFailure(EINVAL);
    return bytes;
  }

  /** A name, whose length is elsewhere. */
  name(n: number, lengthAt = n + 1): string {
    const length = this.number(lengthAt);
    if (length > NAME_MOST) throw new FileFailure(EINVAL);
    return decodeText(this.bytes(this.word(n), length));
  }

  put(address: bigint, bytes: Uint8Array): void {
    if (!this.call.memory.write(address, bytes)) throw new FileFailure(EINVAL);
  }

  /** Words from the n-th on. */
  setWords(n: number, values: readonly bigint[]): void {
    const { wordBytes, parameter } = this.call;
    const bytes = new Uint8Array(wordBytes * values.length);
    const view = new DataView(bytes.buffer);
    values.forEach((value, k) => {
      if (wordBytes === 8) view.setBigUint64(8 * k, BigInt.asUintN(64, value), true);
      else view.setUint32(4 * k, Number(BigInt.asUintN(32, value)), true);
    });
    this.put(parameter + BigInt(n * wordBytes), bytes);
  }
}

interface Service extends Omit<SemihostingParts, "files"> {
  readonly files: SemihostingFiles;
  errno(): number;
}

/** Undefined: the program has ended. */
type Operation = (service: Service, block: Block) => Promise<bigint | undefined>;

const exit =
  (ofWord: boolean): Operation =>
  async (service, block) => {
    const { call } = block;
    // With words of 32 bits SYS_EXIT has no block: the parameter is the reason.
    const [reason, status] = ofWord ? [call.parameter, 0n] : [block.word(0), block.word(1)];
    service.exit(reason === APPLICATION_EXIT ? Number(status & 0xffn) : 1);
    return undefined;
  };

/** By their numbers (chapter 5 of the specification). */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  // SYS_OPEN: name, mode, length of the name.
  1: async ({ files }, block) => {
    const name = block.name(0, 2);
    return BigInt(await files.open(name, block.number(1)));
  },
  // SYS_CLOSE.
  2: async ({ files }, block) => {
    await files.close(block.number(0));
    return 0n;
  },
  // SYS_WRITEC: a byte; SYS_WRITE0: up to a zero.
  3: async ({ console }, block) => {
    console.write(block.bytes(block.call.parameter, 1));
    return 0n;
  },
  4: async ({ console }, block) => {
    console.write(block.text(block.call.parameter, TEXT_MOST));
    return 0n;
  },
  // SYS_WRITE, SYS_READ: how many bytes were not.
  5: async ({ files }, block) => {
    const bytes = block.bytes(block.word(1), block.number(2));
    return BigInt(bytes.length - (await files.get(block.number(0)).write(bytes)));
  },
  6: async ({ files }, block) => {
    const length = block.number(2);
    if (length > TRANSFER_MOST) throw new FileFailure(EINVAL);
    const bytes = await files.get(block.number(0)).read(length);
    block.put(block.word(1), bytes);
    return BigInt(length - bytes.length);
  },
  // SYS_READC.
  7: async ({ console }) => {
    const [byte] = await console.read(1);
    return byte === undefined ? FAILED : BigInt(byte);
  },
  // SYS_ISERROR: a negative number is one.
  8: async (_service, block) => {
    const sign = BigInt(8 * block.call.wordBytes - 1);
    return (block.word(0) >> sign) & 1n;
  },
  // SYS_ISTTY.
  9: async ({ files }, block) => (files.get(block.number(0)).terminal ? 1n : 0n),
  // SYS_SEEK, SYS_FLEN.
  10: async ({ files }, block) => {
    const position = block.number(1);
    if (!Number.isSafeInteger(position)) throw new FileFailure(EINVAL);
    files.get(block.number(0)).seek(position);
    return 0n;
  },
  12: async ({ files }, block) => BigInt(await files.get(block.number(0)).size()),
  // SYS_REMOVE, SYS_RENAME.
  14: async ({ files }, block) => {
    await files.remove(block.name(0));
    return 0n;
  },
  15: async ({ files }, block) => {
    await files.rename(block.name(0), block.name(2));
    return 0n;
  },
  // SYS_CLOCK: hundredths of a second; SYS_TIME: seconds.
  16: async ({ elapsed }) => BigInt(Math.floor(elapsed() / NS_PER_CENTISECOND)),
  17: async ({ date }) => BigInt(Math.floor(date() / 1000)),
  // SYS_SYSTEM: the guest runs no programs of the host.
  18: async () => FAILED,
  // SYS_ERRNO.
  19: async ({ errno }) => BigInt(errno()),
  // SYS_GET_CMDLINE: buffer and its length, which becomes that of the text.
  21: async ({ args }, block) => {
    const text = encodeText(args.join(" "));
    if (text.length + 1 > block.number(1)) throw new FileFailure(EINVAL);
    const bytes = new Uint8Array(text.length + 1);
    bytes.set(text);
    block.put(block.word(0), bytes);
    block.setWords(1, [BigInt(text.length)]);
    return 0n;
  },
  // SYS_HEAPINFO: the program is to know where its own memory is.
  22: async (_service, block) => {
    const address = block.word(0);
    block.put(address, new Uint8Array(4 * block.call.wordBytes));
    return 0n;
  },
  // SYS_EXIT, SYS_EXIT_EXTENDED.
  24: async (service, block) => exit(block.call.wordBytes === 4)(service, block),
  32: exit(false),
  // SYS_ELAPSED, SYS_TICKFREQ: 64 bits, in one word or two.
  48: async ({ elapsed }, block) => {
    const ticks = BigInt(Math.floor(elapsed()));
    block.setWords(0, block.call.wordBytes === 8 ? [ticks] : [ticks, ticks >> 32n]);
    return 0n;
  },
  49: async () => TICKS,
};
