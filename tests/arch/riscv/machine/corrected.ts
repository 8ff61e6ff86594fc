// Where probes end otherwise than in QEMU 10.0, and why: what is a machine's choice, and where QEMU is not as the manuals have it.

import { START } from "./programs/image.js";
import type { Probes } from "./programs/probes.js";

interface Rule {
  readonly names: RegExp;
  readonly why: string;
  /** `at`: the probe's address. */
  outcome(theirs: string, at: number, name: string): string;
}

const hex = (value: bigint | number): string => BigInt.asUintN(64, BigInt(value)).toString(16);
const causes = (of: Readonly<Record<string, string>>) => (theirs: string) =>
  theirs.replace(/^(S )?(\w+)/, (_, delegated = "", cause: string) => delegated + (of[cause] ?? cause));
/** The last number, a1. */
const shown = (value: string) => (theirs: string) => theirs.replace(/\w+$/, value);

/** An access of supervisor mode by a0, which is the probe's second instruction, or the third one. */
function refused(theirs: string, name: string, address: number, kinds: readonly [string, string, string]): string {
  const [load, store, fetch] = kinds;
  const status = theirs.split(" ")[3];
  const access = name.replace(/.*: /, "");
  if (access === "load") return `${load} ${hex(address + 8)} 4 ${status} 5a`;
  if (access === "store") return `${store} ${hex(address + 16)} 4 ${status} 5a`;
  return `${access === "load-reserved" ? load : access === "fetch" ? fetch : store} ${hex(address)} 4 ${status} 5a`;
}
const PAGE_FAULTS = ["d", "f", "c"] as const;
const MEMORY_TYPE_3 = 0x15000;

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  rights: [
    {
      names: /^sfence\.(w\.inval|inval\.ir), .* in u$/,
      why: "they are the supervisor's (Svinval)",
      outcome: (theirs, _at, name) =>
        theirs.replace(/^8 0 8/, `2 ${name.includes("w.inval") ? "18000073" : "18100073"} 0`),
    },
    {
      names: /^cbo\.(clean|flush|inval) .* on page/,
      why: "xtval is the address in rs1, not the block's (Zicbom)",
      outcome: (theirs) => theirs.replace(/^f (\w+)/, (_, block: string) => `f ${hex(BigInt(`0x${block}`) + 8n)}`),
    },
    {
      names: /amoadd/,
      why: "an AMO stores: it is no load that is misaligned (privileged 3.1.15)",
      outcome: causes({ 4: "6" }),
    },
    { names: /^menvcfg holds/, why: "no counters that are delegated", outcome: shown("e0000000000000f1") },
    { names: /^a reserved CBIE/, why: "what is reserved changes nothing", outcome: shown("30") },
    { names: /^sstateen0 holds/, why: "the user has no state of these kinds", outcome: shown("0") },
  ],
  paging: [
    {
      names: /^Sv39, s, memory type 3: (load|store|fetch|load-reserved|atomic addition)$/,
      why: "the type is reserved: a page fault (Svpbmt)",
      outcome(theirs, at, name) {
        const row = refused(theirs, name, MEMORY_TYPE_3, PAGE_FAULTS);
        return name.endsWith("fetch") ? row.replace(" 4 ", ` ${hex(MEMORY_TYPE_3 - at)} `) : row;
      },
    },
    {
      names: /pointer to nowhere/,
      why: "a table that is not in memory is an access fault (privileged 12.3.2, step 2)",
      outcome: causes({ c: "1", d: "5", f: "7" }),
    },
  ],
  protection: [
    {
      names: /^no entry is on: .* from [su]$/,
      why: "MRET itself needs no rights: what it goes to does",
      outcome: (_theirs, at, name) => `1 ${hex(at)} 0 ${name.endsWith("s") ? "a00000880" : "a00000080"} 5a`,
    },
    {
      names: /^A to be set in a table to read/,
      why: "the entry's update is a store, which needs the right (privileged 3.7.1)",
      outcome: (_theirs, _at, name) => (name.includes("load") ? "5 c0050000" : "7 c0050008").concat(" 28 a00021880 5a"),
    },
    { names: /^rights [26]$/, why: "what is reserved changes nothing", outcome: shown("0") },
  ],
  timer: [
    {
      names: /^it (is past without STCE|is past, then STCE is cleared|was to come, and STCE is cleared)$/,
      why: "without STCE stimecmp has no effect: mip.STIP is software's (privileged 3.1.18)",
      outcome: shown("0"),
    },
  ],
};

/** Of an illegal instruction xtval is its encoding. QEMU has 0 or another one where it is its helper that refuses. */
function encoded(theirs: string, at: number, { image }: Probes): string {
  const view = new DataView(image.bytes.buffer);
  return theirs.replace(/^(S )?2 \w+ (\w+)/, (_, delegated = "", offset: string) => {
    const word = view.getUint32(at + Number.parseInt(offset, 16) - START, true);
    return `${delegated}2 ${hex(word)} ${offset}`;
  });
}

export function corrected(program: string, probes: Probes, outcomes: readonly string[]): string[] {
  return outcomes.map((outcome, n) => {
    const { name } = probes.probes[n]!;
    const at = probes.image.labels.get(`probe_${n}`)!;
    const rule = RULES[program]?.find(({ names }) => names.test(name));
    return encoded(rule ? rule.outcome(outcome, at, name) : outcome, at, probes);
  });
}

/** Rules that no probe is of. */
export function unusedRules(program: string, { probes }: Probes): string[] {
  return (RULES[program] ?? [])
    .filter(({ names }) => !probes.some(({ name }) => names.test(name)))
    .map(({ why }) => why);
}
