// A debugger of user code on the emulator: stops at every exception and goes on after those of vector 1, as tracer.c does on a host.

import * as X from "../../../../src/arch/x86/layout.js";
import { S_HALTED } from "../../../../src/layout/vcpu.js";
import { Runner } from "../corpus/emulate.js";
import { CODE, PAGES } from "../corpus/state.js";
import { AT, DB, input } from "./lab.js";

export interface DebugCase {
  name: string;
  code: readonly number[];
  step: boolean;
  registers: Record<number, bigint>;
  /** Data at the start, by offset. */
  data: readonly (readonly [offset: number, bytes: readonly number[]])[];
  breakpoints: readonly Breakpoint[];
}

export interface Breakpoint {
  address: number;
  kind: "execute" | "write" | "access";
  bytes: 1 | 2 | 4 | 8;
}

const MAX_STOPS = 16;
const KINDS = { execute: 0, write: 1, access: 3 };
const LENGTHS = { 1: 0, 2: 1, 4: 3, 8: 2 };
const TF = 0x100n;
const RF = 0x10000n;
const DR6_CLEAR = 0xffff0ff0n;

export function dr7(breakpoints: readonly Breakpoint[]): number {
  return (
    breakpoints.reduce(
      (word, b, n) => word | (1 << (2 * n)) | ((KINDS[b.kind] | (LENGTHS[b.bytes] << 2)) << (16 + 4 * n)),
      0,
    ) >>> 0
  );
}

export function dataOf(c: DebugCase): Uint8Array {
  const data = new Uint8Array(PAGES);
  for (const [offset, bytes] of c.data) data.set(bytes, offset);
  return data;
}

export class Debugger extends Runner {
  /** Its stops, in one line. */
  trace(c: DebugCase): string {
    const { cpu } = this;
    const flags = c.step ? TF : 0n;
    for (let n = 0; n < 4; n++) cpu.setField(X.X_DR + 8 * n, BigInt(c.breakpoints[n]?.address ?? 0));
    cpu.setField(X.X_DR + 48, DR6_CLEAR);
    cpu.setField(X.X_DR + 56, BigInt(dr7(c.breakpoints)));
    const start = { ...input(c.code, { registers: c.registers, flags }), data: dataOf(c) };
    this.begin(start);
    const stops: string[] = [];
    while (stops.length < MAX_STOPS) {
      const exit = cpu.run(1000);
      if (exit !== "halt") throw new Error(`${c.name}: ${exit} at ${cpu.pc.toString(16)}`);
      const out = this.outcome(start);
      if (out.trap === 0xffffffff) break;
      const dr6 = Number(cpu.field(X.X_DR + 48)) & 0xf00f;
      const own = c.breakpoints.some((b, n) => b.kind === "execute" && (dr6 >> n) & 1);
      const parts = [`#${out.trap}`, `+${(Number(out.rip) - CODE - AT).toString(16)}`, `cx${out.gpr[1]!.toString(16)}`];
      if (out.trap === DB) parts.push(`dr6=${dr6.toString(16)}`);
      if (!own && out.rflags & RF) parts.push("RF");
      stops.push(parts.join(" "));
      if (out.trap !== DB) break;
      this.resume(out.rip, out.gpr[4]!, (out.rflags & ~TF) | flags | (own ? RF : 0n));
    }
    cpu.setField(X.X_DR + 56, 0n);
    cpu.update();
    return stops.join(", ");
  }

  /** As IRETQ of the exception's handler. */
  private resume(rip: bigint, rsp: bigint, flags: bigint): void {
    const { cpu } = this;
    this.enterUserMode();
    cpu.setGpr("rsp", rsp);
    cpu.setPc(rip);
    this.setFlags(flags);
    cpu.setField(X.X_DR + 48, DR6_CLEAR);
    cpu.engine.vcpu.set(S_HALTED, 0);
    cpu.update();
  }
}
