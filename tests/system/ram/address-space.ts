// A model of what a guest may reach, reckoned apart from the emulator: which physical pages are memory, where each lies in linear memory,
// and what must be in it. Everything else in linear memory is a canary.

import type { Engine } from "../../../src/engine/engine.js";
import type { RamRange } from "../../../src/engine/physical.js";
import * as L from "../../../src/layout/layout.js";
import type { PhysicalRange } from "../../../src/machine/cpu.js";
import { EngineGuestMemory } from "../../../src/machine/guest-memory.js";
import { ROM_BYTES } from "../../../src/tuning/engine.js";

export const PAGE = 4096;

/** ram: may be written; rom: reads as memory, writes are dropped; nothing: no memory. */
export type Kind = "ram" | "rom" | "nothing";

export interface Shape {
  name: string;
  ram: readonly RamRange[];
  /** Over it, by the page. `rom` begins with the byte of its number. */
  over?: readonly PhysicalRange[];
  rom?: Uint8Array;
}

interface Watched {
  readonly host: number;
  readonly expected: Uint8Array;
}

export class AddressSpace {
  readonly memory: EngineGuestMemory;
  private readonly watched = new Map<number, Watched>();
  private readonly canaries: Watched[] = [];

  constructor(
    readonly engine: Engine,
    readonly shape: Shape,
  ) {
    this.memory = new EngineGuestMemory(engine);
    if (shape.rom) this.memory.addRom(shape.rom);
    if (shape.over) this.memory.setRanges(shape.over);
    this.plantCanaries();
  }

  kind(physical: number): Kind {
    const over = this.shape.over?.find((each) => physical >= each.address && physical < each.address + each.length);
    if (over) return over.kind === "mmio" ? "nothing" : "rom";
    return this.ramOffset(physical) === undefined ? "nothing" : "ram";
  }

  isMemory(physical: number, length: number, writable: boolean): boolean {
    if (!(length > 0 && physical >= 0 && physical + length <= 2 ** 52)) return false;
    const { ram, over = [] } = this.shape;
    const borders = [...ram, ...over].flatMap((each) => [each.address, each.address + each.length]);
    const inside = borders.filter((border) => border > physical && border < physical + length);
    const kinds = [physical, ...inside].map((at) => this.kind(at));
    if (kinds.some((kind) => kind === "nothing" || (writable && kind === "rom"))) return false;
    // A view is one piece of linear memory.
    return inside.every((border) => this.hostOf(border - 1) + 1 === this.hostOf(border));
  }

  /** What the guest must read there; memory only, of watched pages. */
  byte(physical: number): number {
    return this.page(physical).expected[physical % PAGE]!;
  }

  /** The same, and all ones where there is no memory. */
  read(physical: number): number {
    return this.kind(physical) === "nothing" ? 0xff : this.byte(physical);
  }

  /** A store by whatever way: dropped where it is not RAM. */
  stored(physical: number, bytes: Iterable<number>): void {
    let at = physical;
    for (const byte of bytes) {
      if (this.kind(at) === "ram") this.page(at).expected[at % PAGE] = byte;
      at++;
    }
  }

  /** Watches a page, and gives it contents of its own. */
  watch(physical: number): void {
    const first = physical - (physical % PAGE);
    if (this.kind(first) === "nothing" || this.watched.has(first)) return;
    const host = this.hostOf(first);
    const bytes = this.engine.memory.u8.subarray(host, host + PAGE);
    if (this.kind(first) === "ram") for (let k = 0; k < PAGE; k++) bytes[k] = (first / PAGE) * 31 + k * 7 + (k >> 8);
    this.watched.set(first, { host, expected: bytes.slice() });
  }

  /** Names what is not as it must be. */
  differences(): string[] {
    const { u8 } = this.engine.memory;
    const wrong: string[] = [];
    const look = ({ host, expected }: Watched, name: string): void => {
      const found = u8.subarray(host, host + expected.length);
      if (Buffer.compare(found, expected) === 0) return;
      const k = expected.findIndex((byte, n) => byte !== found[n]);
      wrong.push(`${name}+0x${k.toString(16)} (linear 0x${(host + k).toString(16)}): ${found[k]}, not ${expected[k]}`);
    };
    for (const [physical, page] of this.watched) look(page, `0x${physical.toString(16)}`);
    for (const canary of this.canaries) look(canary, "canary");
    return wrong;
  }

  private page(physical: number): Watched {
    const page = this.watched.get(physical - (physical % PAGE));
    if (!page) throw new Error(`0x${physical.toString(16)} is not watched`);
    return page;
  }

  private ramOffset(physical: number): number | undefined {
    let before = 0;
    for (const { address, length } of this.shape.ram) {
      if (physical >= address && physical < address + length) return before + (physical - address);
      before += length;
    }
    return undefined;
  }

  /** In linear memory; memory only. */
  hostOf(physical: number): number {
    const { plan } = this.engine.memory;
    const over = this.shape.over?.find((each) => physical >= each.address && physical < each.address + each.length);
    if (over?.kind === "rom") return plan.romBase + (over.romOffset ?? 0) + (physical - over.address);
    return plan.ramBase + this.ramOffset(physical)!;
  }

  /** On both sides of RAM, and where the emulator has no use for its memory. */
  private plantCanaries(): void {
    const { u8, plan } = this.engine.memory;
    const end = plan.ramBase + plan.ramSize;
    const areas = [
      [L.UNPACK_TABLES, L.ENGINE],
      [L.ENGINE + L.ENGINE_SIZE, L.CPUS],
      [plan.romBase + ROM_BYTES / 2, plan.romBase + ROM_BYTES / 2 + 16 * PAGE],
      [plan.ramBase - 2 * PAGE, plan.ramBase],
      [end, Math.min(u8.length, end + 2 * PAGE)],
      [plan.arena + plan.arenaBytes - PAGE, plan.arena + plan.arenaBytes],
      [plan.regions + plan.regionBytes - PAGE, plan.regions + plan.regionBytes],
    ] as const;
    for (const [from, to] of areas) {
      const bytes = u8.subarray(from, to);
      for (let k = 0; k < bytes.length; k++) bytes[k] = 0xc5 ^ (k * 13);
      this.canaries.push({ host: from, expected: bytes.slice() });
    }
  }
}
