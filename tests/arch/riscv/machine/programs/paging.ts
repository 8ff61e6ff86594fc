// Page tables of Sv39, Sv48 and Sv57: every kind of entry and of access, rights that mstatus lends, A and D, Svnapot, Svpbmt.

import { type Memory, START } from "./image.js";
import {
  ADUE,
  clearStatus,
  MPRV,
  MXR,
  PBMTE,
  type Privilege,
  type Probe,
  type Probes,
  probesImage,
  SUM,
  setStatus,
  showsRegister,
  write,
} from "./probes.js";

// Tables, which are one of Sv39 and what stands above it.
const ROOT39 = START + 0x40000;
const ROOT48 = START + 0x41000;
const ROOT57 = START + 0x42000;
const MIDDLE = START + 0x43000;
const LOWEST = START + 0x44000;
const ROOTS = { 39: ROOT39, 48: ROOT48, 57: ROOT57 };
const MODES = { 39: 8, 48: 9, 57: 10 };
type Scheme = keyof typeof ROOTS;
const SCHEMES: readonly Scheme[] = [39, 48, 57];
/** 64 KiB of pages: each begins with an instruction that returns. */
const DATA = START + 0x50000;
const RETURN = 0x8067n;
/** Nothing is there. */
const NOWHERE = 0x40_0000_0000n;
const USER_CODE = 0x40000000;

const V = 1n;
const R = 2n;
const W = 4n;
const X = 8n;
const U = 0x10n;
const G = 0x20n;
const A = 0x40n;
const D = 0x80n;
const RWX = R | W | X;
const AD = A | D;
const RESERVED = 1n << 54n;
const PBMT = (type: number): bigint => BigInt(type) << 61n;
const N = 1n << 63n;

const entry = (address: number | bigint, flags: bigint): bigint => (BigInt(address) >> 2n) | flags;
const data = (flags: bigint, page = 0): bigint => entry(DATA + 4096 * page, flags);
/** A page of 64 KiB, as its entries name it. */
const napot = (flags: bigint): bigint => entry(DATA, flags | N) | (8n << 10n);

/** Pages of 4 KiB, from address 0 on. */
const PAGES = {
  nothing: 0n,
  "not valid": data(RWX | AD),
  "supervisor's": data(V | RWX | AD),
  "user's": data(V | RWX | U | AD),
  "read only": data(V | R | AD),
  "user's, read only": data(V | R | U | AD),
  "read and write": data(V | R | W | AD),
  "execute only": data(V | X | AD),
  "user's, execute only": data(V | X | U | AD),
  "read and execute": data(V | R | X | AD),
  "write only": data(V | W | AD),
  "write and execute": data(V | W | X | AD),
  "without A and D": data(V | RWX),
  "without D": data(V | RWX | A),
  "without A": data(V | RWX | D),
  "user's, without A and D": data(V | RWX | U),
  "reserved bit": data(V | RWX | AD | RESERVED),
  "bits for software": data(V | RWX | AD | 0x300n),
  global: data(V | RWX | AD | G),
  "memory type 1": data(V | RWX | AD | PBMT(1)),
  "memory type 2": data(V | RWX | AD | PBMT(2)),
  "memory type 3": data(V | RWX | AD | PBMT(3)),
  "pointer below the lowest level": entry(DATA, V),
  "no memory": entry(NOWHERE, V | RWX | AD),
  "natural power of two": napot(V | RWX | AD),
  "natural power of two, of 32 KiB": entry(DATA, V | RWX | AD | N) | (4n << 10n),
  "natural power of two, of 128 KiB": entry(DATA, V | RWX | AD | N),
  "natural power of two, memory type 1": napot(V | RWX | AD | PBMT(1)),
  "natural power of two, without A and D": napot(V | RWX),
} as const;
type Page = keyof typeof PAGES;
const PAGE_NAMES = Object.keys(PAGES) as Page[];
const addressOf = (page: Page): number => PAGE_NAMES.indexOf(page) << 12;
const entryAddress = (page: Page): number => LOWEST + 8 * PAGE_NAMES.indexOf(page);

/** Entries of the levels above, behind those that lead on. */
const MEGA = {
  "2 MiB": entry(START, V | RWX | AD),
  "2 MiB, not aligned": entry(DATA, V | RWX | AD),
  "2 MiB, without A and D": entry(START, V | RWX),
  "pointer with G": entry(LOWEST, V | G),
  "pointer with U": entry(LOWEST, V | U),
  "pointer with A": entry(LOWEST, V | A),
  "pointer with D": entry(LOWEST, V | D),
  "pointer with a memory type": entry(LOWEST, V | PBMT(1)),
  "pointer with N": entry(LOWEST, V | N),
  "pointer with a reserved bit": entry(LOWEST, V | RESERVED),
  "pointer to nowhere": entry(NOWHERE, V),
  "2 MiB with N": entry(START, V | RWX | AD | N),
  "2 MiB with a memory type": entry(START, V | RWX | AD | PBMT(1)),
} as const;
const MEGA_NAMES = Object.keys(MEGA) as (keyof typeof MEGA)[];
/** 2 MiB for each. */
const megaAddress = (name: keyof typeof MEGA): number => (MEGA_NAMES.indexOf(name) + 1) * 0x200000;

const MEMORY: Memory = [
  ...Array.from({ length: 16 }, (_, n): Memory[number][] => [
    [DATA + 4096 * n, (BigInt(n + 1) << 32n) | RETURN],
    [DATA + 4096 * n + 8, BigInt(0x1000 + n)],
    [DATA + 4096 * n + 4088, BigInt(0x2000 + n)],
  ]).flat(),
  ...PAGE_NAMES.map((name): Memory[number] => [entryAddress(name), PAGES[name]]),
  [MIDDLE, entry(LOWEST, V)],
  ...MEGA_NAMES.map((name, n): Memory[number] => [MIDDLE + 8 * (n + 1), MEGA[name]]),
  [ROOT39, entry(MIDDLE, V)],
  // The program itself, as its supervisor and its user see it.
  [ROOT39 + 16, entry(START, V | RWX | AD)],
  [ROOT39 + 24, entry(START, V | RWX | AD | U)],
  [ROOT39 + 32, entry(START + 0x200000, V | RWX | AD)],
  [ROOT39 + 8 * 511, entry(MIDDLE, V)],
  [ROOT48, entry(ROOT39, V)],
  [ROOT48 + 8, entry(0, V | RWX | AD)],
  [ROOT48 + 16, entry(START, V | RWX | AD)],
  [ROOT48 + 8 * 511, entry(ROOT39, V)],
  [ROOT57, entry(ROOT48, V)],
  [ROOT57 + 8, entry(0, V | RWX | AD)],
  [ROOT57 + 16, entry(START, V | RWX | AD)],
  [ROOT57 + 8 * 511, entry(ROOT48, V)],
];

const LOAD = "ld a1, 8(a0)";
const STORE = "sd zero, 16(a0)";
const FETCH = "jalr ra, 0(a0)";
const ACCESSES = {
  load: LOAD,
  store: STORE,
  fetch: FETCH,
  "load-reserved": "lr.d a1, (a0)",
  "atomic addition": "amoadd.d a1, zero, (a0)",
};
type Access = keyof typeof ACCESSES;
const PLAIN: readonly Access[] = ["load", "store", "fetch"];

const satp = (scheme: Scheme): bigint => (BigInt(MODES[scheme]) << 60n) | BigInt(ROOTS[scheme] >>> 12);

interface Setting {
  readonly scheme?: Scheme;
  readonly status?: number;
  /** menvcfg. */
  readonly environment?: bigint;
}

/** What is tried at an address. */
function probe(what: string, from: Privilege, address: bigint | number, text: string, setting: Setting = {}): Probe {
  const { scheme = 39, status = 0, environment = PBMTE } = setting;
  const before = [write("satp", satp(scheme)), write("menvcfg", environment), "sfence.vma zero, zero\n"];
  if (status) before.push(setStatus(status));
  return {
    name: `Sv${scheme}, ${from}, ${what}`,
    from,
    before: before.join(""),
    text: `li a0, ${address}\n${text}`,
    after: status ? clearStatus(status) : "",
    alias: from === "u" ? USER_CODE : 0,
  };
}

const at = (page: Page, access: Access, from: Privilege, setting: Setting = {}, more = ""): Probe =>
  probe(`${page}: ${access}${more}`, from, addressOf(page), ACCESSES[access], setting);

const everyPage = PAGE_NAMES.flatMap((page) => [
  ...(["s", "u"] as const).flatMap((from) => PLAIN.map((access) => at(page, access, from))),
  ...(["load-reserved", "atomic addition"] as const).map((access) => at(page, access, "s")),
]);

const lent = (
  [
    [SUM, "SUM", "s", ["user's", "user's, read only", "user's, execute only"]],
    [MXR, "MXR", "s", ["execute only", "read and execute", "user's, execute only", "nothing"]],
    [MXR, "MXR", "u", ["execute only", "user's, execute only", "user's, read only"]],
    [SUM | MXR, "SUM and MXR", "s", ["user's, execute only", "execute only"]],
    [SUM, "SUM", "u", ["supervisor's", "user's"]],
  ] as const
).flatMap(([status, name, from, pages]) =>
  pages.flatMap((page) => PLAIN.map((access) => at(page, access, from, { status }, ` with ${name}`))),
);

/** Puts an entry back, tries, and shows what it is then. */
function updated(page: Page, access: Access, from: Privilege, environment: bigint): Probe {
  const tried = at(
    page,
    access,
    from,
    { environment },
    environment & ADUE ? ", then the entry (ADUE)" : ", then the entry",
  );
  const entryIs = `li t1, ${entryAddress(page)}\nld t2, 0(t1)\n`;
  const again = `li t1, ${entryAddress(page)}\nli t2, ${BigInt.asIntN(64, PAGES[page])}\nsd t2, 0(t1)\n`;
  return { ...tried, before: again + tried.before, after: entryIs + showsRegister("t2") + again + tried.after };
}
const accessed = ([0n, ADUE] as const).flatMap((environment) =>
  (
    [
      ["without A and D", "s"],
      ["without D", "s"],
      ["without A", "s"],
      ["user's, without A and D", "u"],
      ["natural power of two, without A and D", "s"],
      // Nothing is set where the access is refused.
      ["user's, without A and D", "s"],
    ] as const
  ).flatMap(([page, from]) =>
    (Object.keys(ACCESSES) as Access[]).map((access) => updated(page, access, from, environment)),
  ),
);

const types = (["memory type 1", "memory type 3", "natural power of two, memory type 1"] as const).flatMap((page) =>
  PLAIN.map((access) => at(page, access, "s", { environment: 0n }, " without PBMTE")),
);

/** MPRV: in machine mode, with the rights of another. */
const borrowed = (["s", "u"] as const).flatMap((whose) =>
  (["supervisor's", "user's", "execute only", "nothing", "without A"] as const).flatMap((page) =>
    ([0, SUM, MXR] as const).flatMap((lends) =>
      (["load", "store"] as const).map((access): Probe => {
        const bits = MPRV | lends | ({ s: 1, u: 0 }[whose] << 11);
        const tried = at(
          page,
          access,
          "m",
          {},
          ` by MPRV as ${whose}${lends ? ` with ${lends === SUM ? "SUM" : "MXR"}` : ""}`,
        );
        return {
          ...tried,
          text: `${clearStatus(3 << 11)}${setStatus(bits)}${tried.text}\n${clearStatus(MPRV)}`,
          after: clearStatus(lends || MPRV),
        };
      }),
    ),
  ),
);

const levels = SCHEMES.flatMap((scheme) => {
  const deep = MEGA_NAMES.flatMap((name) =>
    // The page in each table that a pointer leads to.
    PLAIN.map((access) =>
      probe(
        `${name}: ${access}`,
        "s",
        megaAddress(name) + (name.startsWith("2 MiB") ? DATA - START : addressOf("supervisor's")),
        ACCESSES[access],
        { scheme },
      ),
    ),
  );
  const bits = { 39: 38n, 48: 47n, 57: 56n }[scheme];
  const places: readonly (readonly [string, bigint])[] = [
    ["1 GiB, as the program is", BigInt(DATA)],
    ["1 GiB, of the user", BigInt(DATA) + BigInt(USER_CODE)],
    ["1 GiB, not aligned", 0x100000000n],
    ["a level above that", 0x8000000000n + BigInt(DATA)],
    ["a level above that, not aligned", 0x10000000000n],
    ["two levels above", 0x1000000000000n + BigInt(DATA)],
    ["two levels above, not aligned", 0x2000000000000n],
    ["the highest addresses", -0x40000000n + BigInt(addressOf("supervisor's"))],
    ["a sign too few", 1n << bits],
    ["a sign too many", -(1n << (bits + 1n))],
    ["the lowest negative address", -(1n << bits)],
    ["bit 63", -(1n << 63n)],
  ];
  const named = places.flatMap(([name, address]) =>
    PLAIN.map((access) => probe(`${name}: ${access}`, "s", address, ACCESSES[access], { scheme })),
  );
  return [...deep, ...named];
});

/** Across the border of two pages, of which one is not there or not allowed. */
const crossing = (["load", "store"] as const).flatMap((access) =>
  (
    [
      ["user's", "read only"],
      ["read only", "user's, read only"],
      ["nothing", "not valid"],
      ["not valid", "supervisor's"],
      ["supervisor's", "user's"],
      ["read and write", "execute only"],
    ] as const
  ).map(([low, high]) => {
    const address = addressOf(high);
    if (address !== addressOf(low) + 4096) throw new Error(`${low} and ${high} are not neighbours`);
    const text = access === "load" ? "ld a1, -4(a0)" : "sd a1, -4(a0)";
    return probe(`from ${low} into ${high}: ${access}`, "s", address, text);
  }),
);

/** Pages of the 64 KiB besides the first. */
const naturals = SCHEMES.flatMap((scheme) =>
  [0, 1, 7, 15].map((n) => {
    // All 16 entries are the same: they are put where the page is looked for.
    const table = LOWEST + 8 * (64 + n);
    const fill = `li t1, ${table}\nli t2, ${BigInt.asIntN(64, napot(V | RWX | AD))}\nsd t2, 0(t1)\n`;
    const tried = probe(`page ${n} of 64 KiB`, "s", (64 + n) << 12, LOAD, { scheme });
    return { ...tried, before: fill + tried.before };
  }),
);

export const paging: Probes = probesImage(
  [...everyPage, ...lent, ...accessed, ...types, ...borrowed, ...levels, ...crossing, ...naturals],
  "",
  MEMORY,
);
