// Frames between the host and the agent in a guest: docs/agent.md. As src/images/agent/protocol.h has them.

export const VERSION = 1;
export const HEADER = 12;
export const END = 0xa5;
export const MOST_PAYLOAD = 32768;
export const MOST_FRAME = HEADER + MOST_PAYLOAD + 1;
/** Bytes of input on the way to a command that it has not taken. */
export const INPUT_WINDOW = 32768;
/** Bytes of a request, in one frame or several. */
export const MOST_REQUEST = 1 << 20;
export const MOST_STRINGS = 8192;

export const HELLO = 1;
export const EXEC = 2;
export const INPUT = 3;
export const KILL = 4;
export const WELCOME = 129;
export const OUTPUT = 130;
export const ERRORS = 131;
export const TAKEN = 132;
export const EXITED = 133;
export const FAILED = 134;

/** EXEC: more of the request follows. */
export const FLAG_MORE = 1;
/** INPUT: there is no more. */
export const FLAG_LAST = 1;

export const NONCE = 16;
export const MAGIC = "\0wasmachine/agen";

export const REQUEST_INPUT = 1;
export const REQUEST_TTY = 2;
export const REQUEST_FILES = 4;

export const STAGE_USER = 2;
export const STAGE_DIRECTORY = 3;
export const STAGE_PROGRAM = 4;

/** What TAKEN says when the command reads no more. */
export const ALL = 0xffffffff;

export function frame(type: number, id: number, payload: Uint8Array, flags = 0): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length + 1);
  const view = new DataView(bytes.buffer);
  bytes[0] = type;
  bytes[1] = flags;
  view.setUint32(4, id, true);
  view.setUint32(8, payload.length, true);
  bytes.set(payload, HEADER);
  bytes[bytes.length - 1] = END;
  return bytes;
}

/** Zeros, which end whatever an agent had been sent half of, and a HELLO. */
export function greeting(nonce: Uint8Array): Uint8Array {
  const payload = new Uint8Array(MAGIC.length + NONCE + 4);
  for (let n = 0; n < MAGIC.length; n++) payload[n] = MAGIC.charCodeAt(n);
  payload.set(nonce, MAGIC.length);
  payload[MAGIC.length + NONCE] = VERSION;
  const hello = frame(HELLO, 0, payload);
  const bytes = new Uint8Array(MOST_FRAME + hello.length);
  bytes.set(hello, MOST_FRAME);
  return bytes;
}

export interface Frame {
  readonly type: number;
  readonly id: number;
  /** Valid until the next frame is asked for. */
  readonly payload: Uint8Array;
}

/** The guest does not keep to the protocol. */
export class ProtocolError extends Error {}

/**
 * Takes frames out of what a guest sends. It begins with the WELCOME that has the nonce of the last greeting: what comes before that is
 * of another time.
 */
export class FrameReader {
  private buffer = new Uint8Array(2 * MOST_FRAME);
  private length = 0;
  private nonce: Uint8Array | undefined;

  /** Passes everything over until the answer to this. */
  expect(nonce: Uint8Array): void {
    this.nonce = nonce;
    this.length = 0;
  }

  get greeted(): boolean {
    return this.nonce === undefined;
  }

  /** Throws ProtocolError, and what `take` throws. */
  read(bytes: Uint8Array, take: (frame: Frame) => void): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.buffer.length - this.length);
      this.buffer.set(part, this.length);
      this.length += part.length;
      at += part.length;
      const used = this.parse(take);
      this.buffer.copyWithin(0, used, this.length);
      this.length -= used;
    }
  }

  private parse(take: (frame: Frame) => void): number {
    const { buffer, length } = this;
    const view = new DataView(buffer.buffer);
    let at = 0;
    if (this.nonce) {
      const found = this.findWelcome(this.nonce);
      if (found < 0) return Math.max(0, length - WELCOME_LENGTH);
      at = found;
      this.nonce = undefined;
    }
    for (;;) {
      while (at < length && buffer[at] === 0) at++;
      if (length - at < HEADER) return at;
      const size = view.getUint32(at + 8, true);
      if (size > MOST_PAYLOAD || view.getUint16(at + 2, true) !== 0)
        throw new ProtocolError("what it sent is no frame");
      if (length - at < HEADER + size + 1) return at;
      if (buffer[at + HEADER + size] !== END) throw new ProtocolError("a frame of its has no end");
      const payload = buffer.subarray(at + HEADER, at + HEADER + size);
      const before: Uint8Array | undefined = this.nonce;
      take({ type: buffer[at]!, id: view.getUint32(at + 4, true), payload });
      if (this.nonce !== before) return length;
      at += HEADER + size + 1;
    }
  }

  private findWelcome(nonce: Uint8Array): number {
    const { buffer, length } = this;
    for (let at = 0; at + WELCOME_LENGTH <= length; at++) {
      at = buffer.indexOf(WELCOME, at);
      if (at < 0 || at + WELCOME_LENGTH > length) return -1;
      if (nonce.every((byte, n) => buffer[at + HEADER + n] === byte)) return at;
    }
    return -1;
  }
}

const WELCOME_LENGTH = HEADER + NONCE + 4 + 1;
