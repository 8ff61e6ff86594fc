// A guest that makes one access at a time, in 64-bit mode, to any physical page.

import type { X86Cpu } from "../../../src/arch/x86/cpu.js";
import * as X from "../../../src/arch/x86/layout.js";
import * as L from "../../../src/layout/layout.js";
import { RegionTier } from "../../../src/tier1/tier1.js";
import { bareCpu } from "../../../testing/x86/bare.js";
import { AddressSpace, PAGE, type Shape } from "./address-space.js";

/** Virtual: the code, and the two pages that are looked at. */
const CODE = 0x1000;
export const WINDOW = 0x40000000;
/** The guest's own pages, by number; they are not watched. */
const [PML4, PDPT, LOW_DIRECTORY, LOW_TABLE, WINDOW_DIRECTORY, WINDOW_TABLE, CODE_PAGE, STACK_PAGE] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];
const OWN_PAGES = 8;
const PRESENT = 3;

const HLT = 0xf4;
/** By size: mov [rdi], rax or movups [rdi], xmm0, and the load. */
const STORES: Record<number, readonly number[]> = {
  1: [0x88, 0x07],
  2: [0x66, 0x89, 0x07],
  4: [0x89, 0x07],
  8: [0x48, 0x89, 0x07],
  16: [0x0f, 0x11, 0x07],
};
const LOADS: Record<number, readonly number[]> = {
  1: [0x0f, 0xb6, 0x07],
  2: [0x0f, 0xb7, 0x07],
  4: [0x8b, 0x07],
  8: [0x48, 0x8b, 0x07],
  16: [0x0f, 0x10, 0x07],
};

export interface MmioAccess {
  address: number;
  size: number;
  value: number | undefined;
}

export class Prober {
  readonly cpu: X86Cpu;
  readonly space: AddressSpace;
  /** What came to the bus since it was emptied. */
  readonly bus: MmioAccess[] = [];
  /** First of the guest's own pages. */
  readonly own: number;

  /** `hot`: executions after which code becomes a region; left out, everything is interpreted. */
  constructor(shape: Shape, hot?: number) {
    const hooks = {
      mmioRead: (address: number, size: number) => {
        this.bus.push({ address, size, value: undefined });
        return 2 ** (8 * size) - 1;
      },
      mmioWrite: (address: number, size: number, value: number) => void this.bus.push({ address, size, value }),
    };
    const tier1 =
      hot === undefined ? {} : { tier1: (engine: X86Cpu["engine"]) => new RegionTier(engine, { eager: true }) };
    this.cpu = bareCpu(hooks, { ram: shape.ram, ...tier1 });
    if (hot !== undefined) this.cpu.engine.memory.setHot(hot);
    this.space = new AddressSpace(this.cpu.engine, shape);
    this.own = shape.ram[0]!.address + 0x10000;
    this.enterLongMode();
  }

  isOwn(physical: number): boolean {
    return physical >= this.own && physical < this.own + OWN_PAGES * PAGE;
  }

  /** Makes WINDOW the page `first`, and the page behind it `second`. */
  look(first: number, second = first + PAGE): void {
    this.word(this.own + WINDOW_TABLE * PAGE, BigInt(first) | BigInt(PRESENT));
    this.word(this.own + WINDOW_TABLE * PAGE + 8, BigInt(second) | BigInt(PRESENT));
    this.flush();
  }

  /** The entry of WINDOW's pages stands in the table at physical address `table`; by default in one of the guest's own. */
  lookThrough(table = this.own + WINDOW_TABLE * PAGE): void {
    this.word(this.own + WINDOW_DIRECTORY * PAGE, BigInt(table) | BigInt(PRESENT));
    this.flush();
  }

  store(address: number, bytes: readonly number[]): void {
    this.setVector(bytes);
    this.cpu.setGpr("rax", value(bytes.slice(0, 8)));
    this.cpu.setGpr("rdi", BigInt(address));
    this.execute(STORES[bytes.length]!);
  }

  load(address: number, size: number): number[] {
    this.cpu.setGpr("rdi", BigInt(address));
    this.execute(LOADS[size]!);
    if (size === 16)
      return [...this.cpu.engine.memory.u8.subarray(this.cpu.vcpu.base + X.X_XMM, this.cpu.vcpu.base + X.X_XMM + 16)];
    return Array.from({ length: size }, (_, k) => Number((this.cpu.gpr("rax") >> BigInt(8 * k)) & 0xffn));
  }

  /** Executes code of its own page; false when it did not come to its end. */
  execute(code: readonly number[]): boolean {
    const at = this.own + CODE_PAGE * PAGE;
    this.put(at, [...code, HLT]);
    this.cpu.engine.core.dmaWritten(at | 0, Math.floor(this.own / 2 ** 32), code.length + 1);
    return this.jump(CODE);
  }

  /** Executes what is at a virtual address until HLT. */
  jump(address: number): boolean {
    const { cpu } = this;
    cpu.engine.vcpu.set(L.S_HALTED, 0);
    cpu.setGpr("rsp", BigInt(CODE + 2 * PAGE));
    cpu.setPc(BigInt(address));
    return cpu.run(10_000_000) === "halt";
  }

  /** After a triple fault, and first. */
  enterLongMode(): void {
    const { cpu, own } = this;
    cpu.reset();
    const at = (page: number): number => own + page * PAGE;
    const link = (from: number, index: number, to: number): void =>
      this.word(at(from) + 8 * index, BigInt(at(to)) | BigInt(PRESENT));
    link(PML4, 0, PDPT);
    link(PDPT, 0, LOW_DIRECTORY);
    link(LOW_DIRECTORY, 0, LOW_TABLE);
    link(LOW_TABLE, CODE / PAGE, CODE_PAGE);
    link(LOW_TABLE, CODE / PAGE + 1, STACK_PAGE);
    link(PDPT, 1, WINDOW_DIRECTORY);
    link(WINDOW_DIRECTORY, 0, WINDOW_TABLE);
    cpu.setSegment(X.CS, 8, 0n, 0xffffffffn, 0xa09b);
    for (const n of [X.DS, X.ES, X.SS]) cpu.setSegment(n, 16, 0n, 0xffffffffn, 0xc093);
    cpu.setField(X.X_CR3, BigInt(own));
    cpu.setField(X.X_CR4, 0x220n);
    cpu.setField(X.X_EFER, 0x500n);
    cpu.setField(X.X_CR0, 0x80010011n);
    cpu.update();
    this.flush();
  }

  private flush(): void {
    this.cpu.engine.core.flushTlb(this.cpu.vcpu.base, 0);
  }

  private word(physical: number, entry: bigint): void {
    this.cpu.engine.memory.view.setBigUint64(this.hostOf(physical), entry, true);
  }

  private put(physical: number, bytes: readonly number[]): void {
    this.cpu.engine.memory.u8.set(bytes, this.hostOf(physical));
  }

  /** Its own pages are at the front of RAM. */
  private hostOf(physical: number): number {
    return this.cpu.engine.memory.plan.ramBase + (physical - this.space.shape.ram[0]!.address);
  }

  private setVector(bytes: readonly number[]): void {
    this.cpu.engine.memory.u8.set(bytes, this.cpu.vcpu.base + X.X_XMM);
  }
}

function value(bytes: readonly number[]): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
