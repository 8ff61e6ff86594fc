// Random accesses to every port and register of a board, by a seed. A part of them is nonsense at random places; a part goes to what is
// there; and a part is what a driver does, as far as it takes a device to go on to the next nonsense.

import type { Random } from "../../../testing/random.js";
import { MIB } from "../ram/sizes.js";
import type { FuzzBoard } from "./board.js";

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
const [FW_CFG_DMA_HIGH, FW_CFG_DMA_LOW] = [0x514, 0x518];
const FOUR_GIB = 2 ** 32;
/** Where descriptors and rings are put. */
const RINGS = 0x10000;
/** Slots of the virtio devices, and where their registers are put (virtio 1.2, 4.1.4: common ones first, notification last). */
const [FIRST_VIRTIO, VIRTIO_SLOTS] = [3, 3];
const VIRTIO_BARS = 0xe0000000;

/** Flags of descriptors (virtio 1.2, 2.7.5). */
const [NEXT, WRITE, INDIRECT] = [1, 2, 4];

/** Values that mean something somewhere. */
const VALUES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000, 0x7fff, 0x8000, 0xffff, 0x10000];
const WIDE_VALUES = [
  0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 0xfee00000, 0xfec00000, 0xe0000000, 0xa0000, 0xfffff, 0x100000,
];

export class Accesses {
  count = 0;
  /** The last ones, for the report of one that failed. */
  readonly trail: string[] = [];

  constructor(
    private readonly fuzz: FuzzBoard,
    private readonly random: Random,
  ) {}

  step(): void {
    const { random } = this;
    const kind = random.below(100);
    if (kind < 30) this.atPort();
    else if (kind < 36) this.access("port", random.below(0x10000));
    else if (kind < 66) this.atRegister();
    else if (kind < 70) this.access("memory", this.value());
    else if (kind < 82) this.atConfiguration();
    else if (kind < 85) this.fwCfgDma();
    else if (kind < 98) this.virtio();
    else this.time();
  }

  private value(): number {
    const { random } = this;
    switch (random.below(4)) {
      case 0:
        return random.pick(VALUES);
      case 1:
        return random.pick(WIDE_VALUES);
      case 2:
        return (2 ** random.below(32) + random.below(3) - 1) >>> 0;
      default:
        return random.u32();
    }
  }

  /** In RAM mostly; at its ends, and where there is none. */
  private address(): number {
    const { random } = this;
    const base = random.pick([
      0,
      0x10000,
      0xa0000 - 64,
      0xc0000,
      16 * MIB - 4096,
      FOUR_GIB,
      FOUR_GIB + 16 * MIB - 4096,
    ]);
    switch (random.below(8)) {
      case 0:
        return random.u32() * FOUR_GIB + random.u32();
      case 1:
        return this.value();
      default:
        return base + random.below(8192);
    }
  }

  private access(space: "port" | "memory", address: number, size = 1 << this.random.below(3), value?: number): number {
    const { board } = this.fuzz;
    const map = space === "port" ? board.ports : board.mmio;
    const write = value !== undefined || this.random.below(3) > 0;
    const written = ((value ?? this.value()) % 2 ** (8 * size)) >>> 0;
    this.note(`${space} 0x${address.toString(16)} ${size}${write ? ` = 0x${written.toString(16)}` : ""}`);
    if (!write) {
      const read = map.read(address, size);
      if (!(Number.isInteger(read) && read >= 0 && read < 2 ** (8 * size))) throw new Error(`it reads ${read}`);
      return read;
    }
    map.write(address, size, written);
    return 0;
  }

  private read(address: number, size: number): number {
    this.note(`memory 0x${address.toString(16)} ${size}`);
    return this.fuzz.board.mmio.read(address, size);
  }

  private note(what: string): void {
    this.count++;
    this.trail.push(what);
    if (this.trail.length > 40) this.trail.shift();
  }

  private atPort(): void {
    const { random } = this;
    const { address, length } = random.pick(this.fuzz.board.ports.list());
    this.access("port", address + random.below(length));
  }

  private atRegister(): void {
    const { random } = this;
    const { address, length } = random.pick(this.fuzz.board.mmio.list());
    // Most registers of most devices are at the front.
    const offset = random.below(random.below(3) === 0 ? length : Math.min(length, 256));
    this.access("memory", address + (random.below(4) === 0 ? offset : offset - (offset % 4)));
  }

  private config(slot: number, offset: number, size: number, value?: number): number {
    this.access("port", CONFIG_ADDRESS, 4, (0x80000000 | (slot << 11) | (offset & 0xfc)) >>> 0);
    const port = CONFIG_DATA + (offset & 3);
    if (value !== undefined) return this.access("port", port, size, value);
    this.note(`port 0x${port.toString(16)} ${size}`);
    return this.fuzz.board.ports.read(port, size);
  }

  private atConfiguration(): void {
    const { random } = this;
    const size = 1 << random.below(3);
    const offset = random.below(random.below(2) === 0 ? 256 : 64) & -size;
    const slot = random.below(10);
    // The command register, and registers of BARs, decide where the rest is.
    if (random.below(4) === 0) this.config(slot, 4, 2, random.pick([0, 2, 3, 6, 7]));
    else if (random.below(3) === 0) this.config(slot, 0x10 + 4 * random.below(6), 4, this.value());
    else if (random.below(2) === 0) this.config(slot, offset, size);
    else this.config(slot, offset, size, this.value());
  }

  private fwCfgDma(): void {
    const { random } = this;
    const at = this.address();
    const [control, length, address] = [random.pick([2, 4, 8, 0xa, 0x10, this.value()]), this.value(), this.address()];
    const block = new DataView(new ArrayBuffer(16));
    block.setUint32(0, (control | (random.below(64) << 16)) >>> 0);
    block.setUint32(4, length);
    block.setUint32(8, Math.floor(address / FOUR_GIB));
    block.setUint32(12, address % FOUR_GIB);
    this.fuzz.space.memory.write(at, new Uint8Array(block.buffer));
    const swapped = (value: number): number => new DataView(Uint32Array.of(value).buffer).getUint32(0);
    this.access("port", FW_CFG_DMA_HIGH, 4, swapped(Math.floor(at / FOUR_GIB)));
    this.access("port", FW_CFG_DMA_LOW, 4, swapped(at % FOUR_GIB));
  }

  private time(): void {
    const { clock } = this.fuzz;
    const nanoseconds = this.random.pick([1, 100, 10_000, 1_000_000]);
    this.note(`${nanoseconds} ns`);
    clock.advance(nanoseconds);
  }

  // ---- virtio --------------------------------------------------------------------------------------------------------

  private virtio(): void {
    const { random } = this;
    const slot = FIRST_VIRTIO + random.below(VIRTIO_SLOTS);
    const common = VIRTIO_BARS + slot * 0x10000;
    const notify = common + 0x3000;
    // Other accesses have moved it away, most likely.
    if (random.below(2) === 0) {
      this.config(slot, 4, 2, 0);
      this.config(slot, 0x20, 4, common);
      this.config(slot, 0x24, 4, 0);
      this.config(slot, 4, 2, 7);
    }
    const register = (offset: number, size: number, value: number): void => {
      this.access("memory", common + offset, size, value);
    };
    switch (random.below(6)) {
      case 0:
      case 1:
        this.begin(register);
        for (let k = random.below(12); k >= 0; k--) {
          this.chain();
          this.access("memory", notify, 2, 0);
        }
        return;
      case 2:
        this.queue(register);
        return;
      case 3:
        register(random.below(56), 1 << random.below(3), this.value());
        return;
      default:
        this.chain();
        this.access("memory", notify + 4 * random.below(3), 2, random.below(4));
    }
  }

  /** As a driver begins. */
  private begin(register: (offset: number, size: number, value: number) => void): void {
    const { random } = this;
    for (const status of [0, 1, 3]) register(20, 1, status);
    for (const half of [0, 1]) {
      register(8, 4, half);
      const features = half === 1 ? 1 : random.pick([0, 1 << 28, 1 << 29, 3 << 28, 0x3fffffff]);
      register(12, 4, random.below(16) === 0 ? this.value() : features);
    }
    register(20, 1, 11);
    this.fuzz.space.memory.write(RINGS, new Uint8Array(0x4000));
    this.queue(register);
    register(20, 1, 15);
  }

  private queue(register: (offset: number, size: number, value: number) => void): void {
    const { random } = this;
    const hostile = random.below(6) === 0;
    const parts = hostile ? [this.address(), this.address(), this.address()] : [RINGS, RINGS + 0x1000, RINGS + 0x2000];
    register(22, 2, random.below(8) === 0 ? this.value() : 0);
    register(24, 2, random.below(8) === 0 ? this.value() : 8);
    for (const [k, address] of parts.entries()) {
      register(32 + 8 * k, 4, address % FOUR_GIB);
      register(36 + 8 * k, 4, Math.floor(address / FOUR_GIB) % FOUR_GIB);
    }
    register(28, 2, 1);
  }

  /** Descriptors, and available entries that name them. */
  private chain(): void {
    const { random } = this;
    const { memory } = this.fuzz.space;
    const header = RINGS + 0x4000;
    memory.writeU32(header, random.pick([0, 1, 4, 8, 11, 13, this.value()]));
    memory.writeU32(header + 8, random.below(3) === 0 ? this.value() : random.below(2100));
    memory.writeU32(header + 12, random.below(8) === 0 ? this.value() : 0);
    // A request as a driver makes it: what the device reads, data either way, the status; then some of it is something else.
    const data = random.below(2) === 0 ? WRITE : 0;
    const request = [
      { address: header, length: 16, flags: NEXT, next: 1 },
      { address: RINGS + 0x8000, length: 512 * (1 + random.below(16)), flags: NEXT | data, next: 2 },
      { address: RINGS + 0x5000, length: 1, flags: WRITE, next: 0 },
    ];
    for (const [k, descriptor] of request.entries()) {
      if (random.below(6) === 0) descriptor.address = this.address();
      if (random.below(8) === 0) descriptor.length = random.pick([0, 1, 16, 512, 4096, 65536, this.value()]);
      if (random.below(12) === 0)
        descriptor.flags = random.pick([0, NEXT, WRITE, NEXT | WRITE, INDIRECT, this.value() & 0xffff]);
      if (random.below(12) === 0) descriptor.next = random.below(2) === 0 ? random.below(8) : this.value() & 0xffff;
      const at = RINGS + 16 * k;
      memory.writeU32(at, descriptor.address % FOUR_GIB);
      memory.writeU32(at + 4, Math.floor(descriptor.address / FOUR_GIB) % FOUR_GIB);
      memory.writeU32(at + 8, descriptor.length);
      memory.writeU16(at + 12, descriptor.flags);
      memory.writeU16(at + 14, descriptor.next);
    }
    const ring = RINGS + 0x1000;
    const index = memory.readU16(ring + 2);
    memory.writeU16(ring + 4 + 2 * (index & 7), random.below(16) === 0 ? this.value() & 0xffff : 0);
    memory.writeU16(ring + 2, random.below(32) === 0 ? this.value() & 0xffff : index + 1);
  }
}
