// Probes: each is set up in machine mode, does something in a privilege, and leaves a row of what the trap that ends it says.

import { DONE, type Image, image, type Memory, OPEN, RESULT } from "./image.js";

export type Privilege = "m" | "s" | "u";

/** Registers: s0 to s2 are the frame's, t0 to t3 are the handlers'. */
export interface Probe {
  readonly name: string;
  readonly from: Privilege;
  /** In machine mode, before; mstatus.MPP is set afterwards. */
  readonly before?: string;
  /** What is tried; a1 is in the row. Without a trap of its own it ends by an environment call. */
  readonly text: string;
  /** In machine mode, afterwards. */
  readonly after?: string;
  /** Its code is seen so much higher. */
  readonly alias?: number;
}

/** cause, xtval, xepc less the probe's address, xstatus, a1. */
const WORDS = 5;
const WORD_BYTES = 8;
const PREVIOUS = { m: 3, s: 1, u: 0 };

export const setStatus = (bits: number): string => `li t0, ${bits}\ncsrrs zero, mstatus, t0\n`;
export const clearStatus = (bits: number): string => `li t0, ${bits}\ncsrrc zero, mstatus, t0\n`;
export const write = (csr: string, value: bigint | number): string =>
  `li t0, ${BigInt.asIntN(64, BigInt(value))}\ncsrrw zero, ${csr}, t0\n`;

/** a1 of the row is what is in this control and status register afterwards. */
export const shows = (csr: string): string => `csrrs t0, ${csr}, zero\n${showsRegister("t0")}`;
export const showsRegister = (register: string): string => `sd ${register}, ${-WORD_BYTES}(s0)\n`;

// mstatus
export const MIE = 1 << 3;
export const SIE = 1 << 1;
export const MPIE = 1 << 7;
const MPP = 3 << 11;
export const MPRV = 1 << 17;
export const SUM = 1 << 18;
export const MXR = 1 << 19;
export const TVM = 1 << 20;
export const TW = 1 << 21;
export const TSR = 1 << 22;

// menvcfg, senvcfg
export const CBIE = (value: number): bigint => BigInt(value) << 4n;
export const CBCFE = 1n << 6n;
export const CBZE = 1n << 7n;
export const ADUE = 1n << 61n;
export const PBMTE = 1n << 62n;
export const STCE = 1n << 63n;

/** 0x5a: nothing came into a1. */
const MARK = 0x5a;

function codeOf({ from, before = "", text, after = "", alias = 0 }: Probe, n: number): string {
  const moved = alias === 0 ? "" : `li t0, ${alias}\nadd s2, s2, t0`;
  const previous = PREVIOUS[from] << 11;
  return `
    la s1, after_${n}
    la s2, probe_${n}
    ${moved}
    ${before}
    li t0, ${MPP}
    csrrc zero, mstatus, t0
    ${previous ? `li t0, ${previous}\ncsrrs zero, mstatus, t0` : ""}
    csrrw zero, mepc, s2
    addi a1, zero, ${MARK}
    mret
  probe_${n}:
    ${text}
    ecall
  after_${n}:
    ${after}
  `;
}

/** In the cause of rows of the supervisor. */
const OF_SUPERVISOR = 1n << 62n;

const row = (level: "m" | "s"): string => `
    csrrs t1, ${level}cause, zero
    li t2, ${level === "s" ? OF_SUPERVISOR : 0n}
    or t1, t1, t2
    sd t1, 0(s0)
    csrrs t1, ${level}tval, zero
    sd t1, 8(s0)
    csrrs t1, ${level}epc, zero
    sub t1, t1, s2
    sd t1, 16(s0)
    csrrs t1, ${level}status, zero
    sd t1, 24(s0)
    sd a1, 32(s0)
    addi s0, s0, ${WORDS * WORD_BYTES}
`;

const VECTORS = 16;

/** Machine mode goes on behind the probe; the supervisor, to whom a trap was delegated, calls it. Vectored tables have t3 say which entry. */
const HANDLERS = `
  machine:
    ${row("m")}
    li t1, ${MPP}
    csrrs zero, mstatus, t1
    li t1, ${MPRV | MIE | MPIE | SIE}
    csrrc zero, mstatus, t1
    csrrw zero, mepc, s1
    mret
  supervisor:
    ${row("s")}
    ecall
  machine_vectors:
    ${"jal t3, machine_vector\n".repeat(VECTORS)}
  machine_vector:
    la t1, machine_vectors
    sub a1, t3, t1
    j machine
  supervisor_vectors:
    ${"jal t3, supervisor_vector\n".repeat(VECTORS)}
  supervisor_vector:
    la t1, supervisor_vectors
    sub a1, t3, t1
    j supervisor
`;

export interface Probes {
  readonly image: Image;
  readonly cpu: string;
  readonly theirs?: string;
  readonly probes: readonly Probe[];
}

/** What both have. */
export const CPU = "rv64,h=off,v=off,svade=on,svadu=on,svnapot=on,svpbmt=on,svinval=on,smstateen=on";

/** `first`: in machine mode, before all probes. */
export function probesImage(probes: readonly Probe[], first = "", memory: Memory = []): Probes {
  const made = image(
    `
    ${OPEN}
    la t0, machine
    csrrw zero, mtvec, t0
    la t0, supervisor
    csrrw zero, stvec, t0
    li s0, ${RESULT}
    ${first}
    ${probes.map(codeOf).join("")}
    j done
    ${HANDLERS}
    ${DONE}
    `,
    memory,
  );
  return { image: made, cpu: CPU, probes };
}

/** Of each probe, in order, the rows that it printed: that of machine mode is the last. Numbers are without the zeros in front. */
export function outcomesOf(words: readonly string[]): string[] {
  const outcomes: string[] = [];
  let rows: string[] = [];
  for (let k = 0; k < words.length; k += WORDS) {
    const cause = BigInt(`0x${words[k]}`);
    const delegated = (cause & OF_SUPERVISOR) !== 0n;
    const row = [(cause & ~OF_SUPERVISOR).toString(16), ...words.slice(k + 1, k + WORDS)];
    rows.push(`${delegated ? "S " : ""}${row.map((word) => word.replace(/^0+(?=.)/, "")).join(" ")}`);
    if (delegated) continue;
    outcomes.push(rows.join("; "));
    rows = [];
  }
  return outcomes;
}
