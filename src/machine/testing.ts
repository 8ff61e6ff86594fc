// A machine's surroundings for tests: a host without terminal or files, a CPU that executes nothing, a board of nothing.

import type { MemoryBackend } from "../block/backends/memory.js";
import type { BlockBackend } from "../block/interfaces.js";
import { ReadOnly } from "../block/testing.js";
import { FakeChar, FakeMemory } from "../devices/testing.js";
import type { HostSleep } from "./clock/scheduler.js";
import type { Cpu, CpuExit, MachineMemory, PhysicalRange } from "./cpu.js";
import type { HostChardev, MachineHost } from "./host.js";

/** Counts instructions, 10 ns each; halts when told to. */
export class IdleCpu implements Cpu {
  instructions = 0;
  halted = true;
  line = false;
  resets = 0;
  shutdown = false;

  constructor(private readonly host?: TestHost) {}

  run(budget: number): CpuExit {
    if (this.shutdown) {
      this.shutdown = false;
      return "shutdown";
    }
    if (this.halted) return "halt";
    this.instructions += budget;
    if (this.host) this.host.time += budget * 10;
    return "budget";
  }
  stop(): void {}
  skip(instructions: number): void {
    this.instructions += instructions;
  }
  setInterrupt(_line: number, level: boolean): void {
    this.line = level;
  }
  reset(): void {
    this.resets++;
  }
}

/** RAM that remembers its map. */
export class TestMemory extends FakeMemory implements MachineMemory {
  ranges: readonly PhysicalRange[] = [];
  readonly roms: Uint8Array[] = [];

  addRom(bytes: Uint8Array): number {
    return this.roms.push(bytes) - 1;
  }
  romBytes(rom: number, length: number): Uint8Array {
    return this.roms[rom]!.subarray(0, length);
  }
  ramBytes(address: number, length: number): Uint8Array | undefined {
    return this.view(address, length);
  }
  setRanges(ranges: readonly PhysicalRange[]): void {
    this.ranges = ranges;
  }
}

export class TestHost implements MachineHost {
  /** Nanoseconds; moves with sleep and with IdleCpu's instructions. */
  time = 0;
  readonly files = new Map<string, Uint8Array>();
  readonly images = new Map<string, MemoryBackend>();
  readonly chardevs = new Map<string, FakeChar>();
  readonly warnings: string[] = [];
  readonly logged: string[] = [];
  readonly entropy = { fill: (bytes: Uint8Array) => void bytes.fill(7) };
  readonly scheduler = {
    yield: (): Promise<void> => this.turn(),
    sleep: (milliseconds: number): HostSleep => {
      let wake = (): void => {};
      const done = new Promise<void>((resolve) => {
        wake = resolve;
        if (milliseconds !== Number.POSITIVE_INFINITY) {
          this.time += milliseconds * 1e6;
          resolve();
        }
      });
      return { done, wake: () => wake() };
    },
  };

  /** `turn` gives way to whatever else the test has to do. */
  constructor(private readonly turn: () => Promise<void> = () => Promise.resolve()) {}

  monotonic(): number {
    return this.time;
  }
  date(): number {
    return Date.UTC(2026, 0, 1) + this.time / 1e6;
  }
  async readFile(name: string): Promise<Uint8Array | undefined> {
    return this.files.get(name);
  }
  async openImage({ file, readOnly }: { file: string; readOnly: boolean }): Promise<BlockBackend> {
    const image = this.images.get(file);
    if (!image) throw new Error(`no image ${file}`);
    return readOnly ? new ReadOnly(image) : image;
  }
  openChardev({ id }: { id: string }): HostChardev {
    const device = new FakeChar();
    this.chardevs.set(id, device);
    return Object.assign(device, { close() {} });
  }
  log(line: string): void {
    this.logged.push(line);
  }
  warn(message: string): void {
    this.warnings.push(message);
  }
}
