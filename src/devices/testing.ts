// Stand-ins for a device's surroundings, for tests: time that moves only when told, lines and back ends that record.

import type {
  CharBackend,
  Clock,
  DeviceLog,
  GuestMemory,
  IrqLine,
  MachineControl,
  MsiSink,
  Timer,
  WallClock,
} from "./interfaces.js";

interface FakeTimer extends Timer {
  at: number;
}

/** Many more than a board has timers. */
const MOST_FIRED = 1000;

/** Virtual time that stands still until `advance`. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly timers: (FakeTimer & { fire(): void })[] = [];

  now(): number {
    return this.time;
  }

  timer(callback: () => void): Timer {
    const timer = {
      at: Number.POSITIVE_INFINITY,
      fire: callback,
      arm(at: number): void {
        timer.at = at;
      },
      cancel(): void {
        timer.at = Number.POSITIVE_INFINITY;
      },
      get armed(): boolean {
        return timer.at !== Number.POSITIVE_INFINITY;
      },
    };
    this.timers.push(timer);
    return timer;
  }

  /** Moves time by `ns`, firing timers in order at their own times. */
  advance(ns: number): void {
    const end = this.time + ns;
    for (let fired = 0; ; fired++) {
      // At one moment: a timer is armed for the present again and again.
      if (fired > MOST_FIRED) throw new Error(`timers fired ${MOST_FIRED} times at ${this.time} ns`);
      const next = this.timers.reduce((a, b) => (b.at < a.at ? b : a), this.timers[0] ?? noTimer);
      if (next.at > end) break;
      if (next.at > this.time) fired = 0;
      this.time = Math.max(this.time, next.at);
      next.cancel();
      next.fire();
    }
    this.time = end;
  }

  /** Moves time without firing anything: a host that was late. Timers fire at the next `advance`. */
  jump(ns: number): void {
    this.time += ns;
  }

  /** Time of the earliest armed timer, Infinity if none. */
  get next(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.timers.map((timer) => timer.at));
  }
}

const noTimer = { at: Number.POSITIVE_INFINITY, armed: false, arm() {}, cancel() {}, fire() {} };

/** An interrupt line that counts its rising edges. */
export class FakeLine implements IrqLine {
  level = false;
  rises = 0;

  set(level: boolean): void {
    if (level && !this.level) this.rises++;
    this.level = level;
  }
}

export class FakeLines {
  readonly lines: FakeLine[];
  constructor(count: number) {
    this.lines = Array.from({ length: count }, () => new FakeLine());
  }
  at(index: number): FakeLine {
    const line = this.lines[index];
    if (!line) throw new Error(`no line ${index}`);
    return line;
  }
}

export class FakeMsi implements MsiSink {
  readonly sent: { address: number; data: number }[] = [];
  send(address: number, data: number): void {
    this.sent.push({ address, data });
  }
}

/** Wall-clock time that follows a FakeClock from a given start (milliseconds since 1970, UTC). */
export class FakeWallClock implements WallClock {
  constructor(
    private readonly clock: Clock,
    private readonly start: number,
  ) {}
  now(): number {
    return this.start + this.clock.now() / 1e6;
  }
}

/** A character back end that records what the guest sent and offers what the test types. */
export class FakeChar implements CharBackend {
  output: number[] = [];
  pending: number[] = [];
  receive?: (bytes: Uint8Array) => number;
  breakReceived?: () => void;

  write(bytes: Uint8Array): void {
    this.output.push(...bytes);
  }

  get text(): string {
    return String.fromCharCode(...this.output);
  }

  type(text: string): void {
    for (const character of text) this.pending.push(character.charCodeAt(0));
    this.drained();
  }

  drained = (): void => {
    if (!this.pending.length || !this.receive) return;
    this.pending.splice(0, this.receive(Uint8Array.from(this.pending)));
  };
}

export class FakeMachine implements MachineControl {
  resets = 0;
  powerOffs = 0;
  suspends = 0;
  exits: number[] = [];
  reset(): void {
    this.resets++;
  }
  powerOff(): void {
    this.powerOffs++;
  }
  suspend(): void {
    this.suspends++;
  }
  exit(status: number): void {
    this.exits.push(status);
  }
}

export class FakeLog implements DeviceLog {
  readonly guestErrors: string[] = [];
  readonly unimplementeds: string[] = [];
  guestError(message: string): void {
    this.guestErrors.push(message);
  }
  unimplemented(message: string): void {
    this.unimplementeds.push(message);
  }
}

/** RAM at guest-physical 0. */
export class FakeMemory implements GuestMemory {
  readonly bytes: Uint8Array;
  private readonly words: DataView;

  constructor(readonly size: number) {
    this.bytes = new Uint8Array(size);
    this.words = new DataView(this.bytes.buffer);
  }

  private inside(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && address + length <= this.size;
  }
  view(address: number, length: number): Uint8Array | undefined {
    return this.inside(address, length) ? this.bytes.subarray(address, address + length) : undefined;
  }
  write(address: number, bytes: Uint8Array): boolean {
    if (!this.inside(address, bytes.length)) return false;
    this.bytes.set(bytes, address);
    return true;
  }
  writable(address: number, length: number): Uint8Array | undefined {
    return this.view(address, length);
  }
  dirty(): void {}
  readU16(address: number): number {
    return this.inside(address, 2) ? this.words.getUint16(address, true) : 0;
  }
  readU32(address: number): number {
    return this.inside(address, 4) ? this.words.getUint32(address, true) : 0;
  }
  readU64(address: number): number {
    return this.inside(address, 8) ? Number(this.words.getBigUint64(address, true)) : 0;
  }
  writeU8(address: number, value: number): boolean {
    return this.write(address, Uint8Array.of(value));
  }
  writeU16(address: number, value: number): boolean {
    if (!this.inside(address, 2)) return false;
    this.words.setUint16(address, value, true);
    return true;
  }
  writeU32(address: number, value: number): boolean {
    if (!this.inside(address, 4)) return false;
    this.words.setUint32(address, value, true);
    return true;
  }
}
