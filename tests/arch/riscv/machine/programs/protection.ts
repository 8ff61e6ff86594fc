// Physical memory protection (privileged 3.7): ways to match, rights, order, locks, and what page tables need. Regions are of pages: smaller
// ones are the implementation's choice.

import { type Memory, START } from "./image.js";
import {
  ADUE,
  clearStatus,
  MPRV,
  type Privilege,
  type Probe,
  type Probes,
  probesImage,
  setStatus,
  shows,
  write,
} from "./probes.js";

/** 64 KiB of pages that are tried: an instruction that returns begins each. */
const DATA = START + 0x50000;
const ROOT = START + 0x40000;
const RETURN = 0x8067n;
const PAGE = 4096;

const MEMORY: Memory = [
  ...Array.from({ length: 17 }, (_, n): Memory[number] => [DATA + PAGE * n, (BigInt(n + 1) << 32n) | RETURN]),
  // A page table: 1 GiB as it is, and the same without A and D.
  [ROOT + 16, BigInt(START / 4) | 0xcfn],
  [ROOT + 24, BigInt(START / 4) | 0x0fn],
];
const SV39 = (8n << 60n) | BigInt(ROOT / PAGE);
const OLD = 0x40000000;

const TOR = 1 << 3;
const NAPOT = 3 << 3;
const LOCKED = 0x80;
const [R, RW, X, RX, RWX] = [1, 3, 4, 5, 7];

const ACCESSES = { load: "ld a1, 0(a0)", store: "sd zero, 8(a0)", fetch: "jalr ra, 0(a0)" };
type Access = keyof typeof ACCESSES;
const ALL: readonly Access[] = ["load", "store", "fetch"];

/** pmpaddr of a region of so many bytes. */
const napot = (address: number, bytes: number): number => Math.floor(address / 4) + bytes / 8 - 1;
/** The first entries; the last one is everybody's. */
interface Entries {
  readonly address?: readonly number[];
  readonly config: readonly number[];
}
const configured = ({ address = [], config }: Entries): string =>
  [
    ...address.map((value, n) => write(`pmpaddr${n}`, value)),
    write(
      "pmpcfg0",
      config.reduceRight((all, one) => (all << 8n) | BigInt(one), 0n),
    ),
  ].join("");
const RESET = write("pmpcfg0", 0);

function probe(what: string, from: Privilege, entries: Entries, address: number, access: Access): Probe {
  return {
    name: `${what}: ${access} from ${from}`,
    from,
    before: configured(entries),
    text: `li a0, ${address}\n${ACCESSES[access]}`,
    after: RESET,
  };
}

const each = (what: string, from: Privilege, entries: Entries, address = DATA): Probe[] =>
  ALL.map((access) => probe(what, from, entries, address, access));

const rights = ([0, R, RW, X, RX, RWX] as const).flatMap((right) =>
  (["m", "s", "u"] as const).flatMap((from) => [
    ...each(`NAPOT, rights ${right}`, from, { address: [napot(DATA, PAGE)], config: [NAPOT | right] }),
    ...each(`TOR, rights ${right}`, from, { address: [DATA / 4, (DATA + PAGE) / 4], config: [0, TOR | right] }),
  ]),
);

const places = (
  [
    ["64 KiB, first page", napot(DATA, 65536), DATA],
    ["64 KiB, last page", napot(DATA, 65536), DATA + 15 * PAGE],
    ["64 KiB, behind", napot(DATA, 65536), DATA + 16 * PAGE],
    ["64 KiB, before", napot(DATA, 65536), DATA - 8],
    ["8 KiB, second page", napot(DATA, 2 * PAGE), DATA + PAGE],
    ["8 KiB, behind", napot(DATA, 2 * PAGE), DATA + 2 * PAGE],
  ] as const
).flatMap(([what, address, at]) =>
  (["load", "store"] as const).map((access) =>
    probe(what, "s", { address: [address], config: [NAPOT | R] }, at, access),
  ),
);

const ranges = [
  ...each("TOR of entry 0, from 0", "m", { address: [(DATA + PAGE) / 4], config: [TOR | RX] }),
  ...each("TOR of entry 0, from 0", "s", { address: [(DATA + PAGE) / 4], config: [TOR | RX] }),
  ...each("TOR of entry 0, behind", "s", { address: [DATA / 4], config: [TOR | RX] }),
  ...each("TOR that is empty", "s", { address: [DATA / 4, DATA / 4], config: [0, TOR] }),
  ...each("TOR that is upside down", "s", { address: [(DATA + PAGE) / 4, DATA / 4], config: [0, TOR] }),
  ...each("TOR whose lower end belongs to another", "s", {
    address: [napot(DATA + 0x8000, PAGE), (DATA + 0x10000) / 4],
    config: [NAPOT | R, TOR],
  }),
];

const order = [
  ...each("a page in 64 KiB, which comes later", "s", {
    address: [napot(DATA, PAGE), napot(DATA, 65536)],
    config: [NAPOT | R, NAPOT | RWX],
  }),
  ...each("a page in 64 KiB, which comes first", "s", {
    address: [napot(DATA, 65536), napot(DATA, PAGE)],
    config: [NAPOT | RWX, NAPOT | R],
  }),
  ...each("an entry that is off comes first", "s", {
    address: [napot(DATA, PAGE), napot(DATA, PAGE)],
    config: [0, NAPOT | RX],
  }),
];

/** Only the program's own memory is in an entry, or nothing is. */
const unmatched = (["m", "s", "u"] as const).flatMap((from) =>
  [
    ["no entry matches", napot(START, 0x40000), NAPOT | RWX],
    ["no entry is on", 0, 0],
  ].flatMap(([what, address, config]) =>
    each(`${what}`, from, { address: [Number(address)], config: [Number(config)] }).map((one) => ({
      ...one,
      before: `${one.before}${write("pmpcfg2", 0)}`,
      after: `${write("pmpcfg2", BigInt(NAPOT | RWX) << 56n)}${one.after}`,
    })),
  ),
);

/** In machine mode, with the supervisor's rights and page tables. */
function borrowed(what: string, entries: Entries, address: number, access: Access, environment = 0n): Probe {
  const one = probe(`${what} (MPRV)`, "m", entries, address, access);
  const entry = `li t1, ${ROOT + 24}\nli t2, ${BigInt(START / 4) | 0x0fn}\nsd t2, 0(t1)\n`;
  return {
    ...one,
    before: `${entry}${write("satp", SV39)}${write("menvcfg", environment)}sfence.vma zero, zero\n${one.before}`,
    text: `${clearStatus(3 << 11)}${setStatus(MPRV | (1 << 11))}${one.text}\n${clearStatus(MPRV)}`,
    after: `${one.after}${write("satp", 0)}`,
  };
}
const TABLE = napot(ROOT, PAGE);
const tables = (["load", "store"] as const).flatMap((access) => [
  borrowed("page table without rights", { address: [TABLE], config: [NAPOT] }, DATA, access),
  borrowed("page table to read", { address: [TABLE], config: [NAPOT | R] }, DATA, access),
  borrowed("page table to execute", { address: [TABLE], config: [NAPOT | X] }, DATA, access),
  borrowed("A to be set in a table to read", { address: [TABLE], config: [NAPOT | R] }, DATA + OLD, access, ADUE),
  borrowed("A to be set in a table to write", { address: [TABLE], config: [NAPOT | RW] }, DATA + OLD, access, ADUE),
  borrowed("page without rights", { address: [napot(DATA, PAGE)], config: [NAPOT] }, DATA, access),
  borrowed("page to read", { address: [napot(DATA, PAGE)], config: [NAPOT | R] }, DATA, access),
]);

const crossing = (
  [
    ["into", DATA - 4],
    ["out of", DATA + PAGE - 4],
  ] as const
).map(([way, at]) =>
  probe(`${way} a page without rights`, "s", { address: [napot(DATA, PAGE)], config: [NAPOT] }, at, "load"),
);

/** Reserved: to write, not to read. */
const reserved = [2, 6].map(
  (right): Probe => ({
    name: `rights ${right}`,
    from: "m",
    text: configured({ address: [napot(DATA, PAGE)], config: [NAPOT | right] }),
    after: `${shows("pmpcfg0")}${RESET}`,
  }),
);

const rereads = (name: string, text: string, csr: string): Probe => ({ name, from: "m", text, after: shows(csr) });
const PAGE1 = DATA + PAGE;
/** From here on entries 4 and 6 are locked. */
const locked = [
  rereads(
    "entries are locked",
    [
      write("pmpaddr4", napot(PAGE1, PAGE)),
      write("pmpaddr5", (PAGE1 + PAGE) / 4),
      write("pmpaddr6", (PAGE1 + 2 * PAGE) / 4),
      write("pmpcfg0", (BigInt(LOCKED | TOR | X) << 48n) | (BigInt(LOCKED | NAPOT | R) << 32n)),
    ].join(""),
    "pmpcfg0",
  ),
  ...(["m", "s"] as const).flatMap((from) =>
    [PAGE1, PAGE1 + PAGE, PAGE1 + 2 * PAGE].flatMap((at) =>
      each(`locked, page ${(at - DATA) / PAGE}`, from, { config: [] }, at),
    ),
  ),
  ...each(
    "locked, but an entry before it matches",
    "m",
    { address: [napot(PAGE1, PAGE)], config: [NAPOT | RWX] },
    PAGE1,
  ),
  rereads("a locked configuration", write("pmpcfg0", 0), "pmpcfg0"),
  rereads("the address of a locked one", write("pmpaddr4", 0), "pmpaddr4"),
  rereads("the lower end of a locked range", write("pmpaddr5", 0), "pmpaddr5"),
  rereads("the upper end of a locked range", write("pmpaddr6", 0), "pmpaddr6"),
];

export const protection: Probes = probesImage(
  [...rights, ...places, ...ranges, ...order, ...unmatched, ...tables, ...crossing, ...reserved, ...locked],
  `${write("pmpaddr15", -1)}${write("pmpcfg2", BigInt(NAPOT | RWX) << 56n)}${RESET}`,
  MEMORY,
);
