// What a privilege may do: control registers, counters, fences and returns, cache operations, state that is switched off, and which traps are
// delegated.

import { type Memory, START } from "./image.js";
import {
  CBCFE,
  CBIE,
  CBZE,
  clearStatus,
  MPRV,
  type Privilege,
  type Probe,
  type Probes,
  probesImage,
  setStatus,
  shows,
  TSR,
  TVM,
  TW,
  write,
} from "./probes.js";

const LEVELS: readonly Privilege[] = ["m", "s", "u"];
const LOWER: readonly Privilege[] = ["s", "u"];
const PROBE_END = "addi zero, zero, 0\n";

const at = (name: string, from: Privilege, text: string, before = "", after = ""): Probe => ({
  name: `${name}, in ${from}`,
  from,
  before,
  text: text + (text.endsWith("\n") ? "" : "\n") + PROBE_END,
  after,
});

/** The value differs from one run to the next: whether there is one. */
const NONZERO = "\nsltu a1, zero, a1";

const counters = LOWER.flatMap((from) =>
  [0, 1, 2, 4, 8].flatMap((machine) =>
    (from === "s" ? [0] : [0, machine]).flatMap((supervisor) =>
      ["cycle", "time", "instret", "hpmcounter3"].map((name) =>
        at(
          `${name}, mcounteren ${machine}, scounteren ${supervisor}`,
          from,
          `csrrs a1, ${name}, zero${NONZERO}`,
          `${write("mcounteren", machine)}${write("scounteren", supervisor)}`,
        ),
      ),
    ),
  ),
);

const registers = LEVELS.flatMap((from) =>
  [
    ..."sstatus sie stvec scounteren senvcfg sscratch sepc scause stval sip satp".split(" "),
    ..."mstatus medeleg mideleg mie mtvec mcounteren menvcfg mscratch mepc mcause mtval mip".split(" "),
    ..."pmpcfg0 pmpaddr0 mcycle mhartid mvendorid fflags frm fcsr vstart vl vtype".split(" "),
    ..."sstateen0 sstateen1 sstateen2 sstateen3 mstateen0 mstateen3".split(" "),
  ].flatMap((name) => [
    at(`reads ${name}`, from, `csrrs a1, ${name}, zero\naddi a1, zero, 1`),
    at(`sets nothing in ${name}`, from, `csrrsi a1, ${name}, 0\naddi a1, zero, 1`),
  ]),
);
/** All of Smstateen is allowed. */
const STATEENS = [0, 1, 2, 3];
const ON_ALL = STATEENS.map((n) => write(`mstateen${n}`, -1)).join("");

const readOnly = LEVELS.map((from) =>
  at("writes a register that is read only", from, "csrrw a1, cycle, zero", write("mcounteren", -1)),
);

/** mstatus.TVM, TW, TSR, each alone. */
const trapped = LEVELS.flatMap((from) =>
  ([0, TVM, TW, TSR] as const).flatMap((bit) =>
    [
      "csrrs a1, satp, zero",
      "csrrw zero, satp, zero",
      "sfence.vma zero, zero",
      "sfence.vma a0, a0",
      "sinval.vma zero, zero",
      "sfence.w.inval",
      "sfence.inval.ir",
      "fence.i",
      "mret",
    ]
      // Machine mode would go elsewhere.
      .filter((text) => text !== "mret" || from !== "m")
      .map((text) =>
        at(`${text}, mstatus ${bit.toString(16)}`, from, text, bit ? setStatus(bit) : "", bit ? clearStatus(bit) : ""),
      ),
  ),
);

const SPP = 1 << 8;
const SPIE = 1 << 5;
/** SRET leads to the environment call behind the probe. */
const returns = (["m", "s"] as const).flatMap((from) =>
  [0, TSR].flatMap((bit) =>
    [0, SPP, SPIE, SPP | SPIE].map((previous) =>
      at(
        `SRET with ${previous.toString(16)}, mstatus ${bit.toString(16)}`,
        from,
        // MPRV goes where the way leads out of machine mode.
        `${from === "m" ? setStatus(MPRV) : ""}addi t0, s2, ${from === "m" ? 24 : 16}\ncsrrw zero, sepc, t0\nsret\naddi a1, zero, 9\naddi a1, zero, 10\naddi a1, zero, 11`,
        `${clearStatus(SPP | SPIE)}${setStatus(previous | bit)}`,
        clearStatus(SPP | SPIE | bit | MPRV),
      ),
    ),
  ),
);

const DATA = START + 0x50000;
const MEMORY: Memory = [[DATA, 0x1234n]];
const CACHE = ["cbo.zero (a0)", "cbo.clean (a0)", "cbo.flush (a0)", "cbo.inval (a0)", "prefetch.r 0(a0)"];
const ENVIRONMENTS = [0n, CBIE(1), CBIE(3), CBCFE, CBZE, CBIE(3) | CBCFE | CBZE];
const caches = LEVELS.flatMap((from) =>
  ENVIRONMENTS.flatMap((machine) =>
    (from === "u" ? [0n, machine, CBIE(1), CBIE(3) | CBCFE | CBZE] : [0n]).flatMap((supervisor) =>
      CACHE.map((text) =>
        at(
          `${text}, menvcfg ${machine.toString(16)}, senvcfg ${supervisor.toString(16)}`,
          from,
          `li a0, ${DATA + 8}\n${text}`,
          `${write("mstateen0", -1)}${write("menvcfg", machine)}${write("senvcfg", supervisor)}`,
          `${write("menvcfg", 0)}${write("senvcfg", 0)}`,
        ),
      ),
    ),
  ),
);

// Pages that a cache operation is on: not there, to read, to write, to execute.
const TABLES = START + 0x40000;
const PAGE_TABLES: Memory = [
  [TABLES, BigInt((TABLES + 0x1000) / 4) | 1n],
  [TABLES + 16, BigInt(START / 4) | 0xcfn],
  [TABLES + 0x1000, BigInt((TABLES + 0x2000) / 4) | 1n],
  ...[0n, 0xc3n, 0xc7n, 0xc9n, 0x43n, 0x47n, 0x03n, 0xd7n].map((flags, n): Memory[number] => [
    TABLES + 0x2000 + 8 * n,
    flags === 0n ? 0n : BigInt(DATA / 4) | flags,
  ]),
  [TABLES + 0x2000 + 8 * 8, (0x4000000000n / 4n) | 0xcfn],
];
const cachePages = Array.from({ length: 9 }, (_, page) =>
  CACHE.map((text) =>
    at(
      `${text} on page ${page}`,
      "s",
      `li a0, ${page * 4096 + 8}\n${text}`,
      `${write("satp", (8n << 60n) | BigInt(TABLES / 4096))}sfence.vma zero, zero\n${write("menvcfg", CBIE(3) | CBCFE | CBZE)}`,
      `${write("satp", 0)}${write("menvcfg", 0)}`,
    ),
  ),
).flat();

const ENVCFG = 1n << 62n;
const SE = 1n << 63n;
const stateen = LOWER.flatMap((from) =>
  [0n, ENVCFG, SE, ENVCFG | SE].flatMap((state) =>
    ["senvcfg", "sstateen0", "sstateen1", "scounteren"].map((name) =>
      at(
        `${name}, mstateen ${state.toString(16)}`,
        from,
        `csrrs a1, ${name}, zero`,
        STATEENS.map((n) => write(`mstateen${n}`, state)).join(""),
      ),
    ),
  ),
);

const FS = 1 << 13;
const units = LEVELS.flatMap((from) =>
  [0, FS].flatMap((unit) =>
    ["csrrs a1, fcsr, zero", "csrrw zero, frm, zero", "fsgnj.d ft0, ft1, ft2", "fmv.x.d a1, ft0", "fld ft0, 0(s0)"].map(
      (text) => at(`${text}, FS ${unit ? 1 : 0}`, from, text, unit ? setStatus(FS) : "", clearStatus(3 * FS)),
    ),
  ),
);

const CAUSES = [
  [2, ".word 0"],
  [2, "csrrs a1, mstatus, zero"],
  [3, "ebreak"],
  [4, "addi a0, s0, 1\nlr.d a1, (a0)"],
  [6, "addi a0, s0, 1\namoadd.w a1, zero, (a0)"],
  [8, "ecall"],
  [12, "addi a0, zero, 0\njalr ra, 0(a0)"],
  [13, "ld a1, 0(zero)"],
  [15, "sd a1, 0(zero)"],
] as const;
const USER_CODE = 0x40000000;
const USER_PAGES: Memory = [[TABLES + 24, BigInt(START / 4) | 0xdfn]];
const delegated = LOWER.flatMap((from) =>
  CAUSES.flatMap(([cause, text]) =>
    // QEMU takes a misaligned AMO for a load.
    [0, cause === 6 ? 0x50 : 1 << cause].map((delegation): Probe => {
      const one = at(
        `${text.replace("\n", "; ")}, medeleg ${delegation.toString(16)}`,
        from,
        text,
        `${write("medeleg", delegation)}${write("satp", (8n << 60n) | BigInt(TABLES / 4096))}sfence.vma zero, zero\n`,
        `${write("medeleg", 0)}${write("satp", 0)}`,
      );
      return { ...one, alias: from === "u" ? USER_CODE : 0 };
    }),
  ),
);
/** Machine mode's own traps go to nobody else. */
const kept = CAUSES.slice(0, 5).map(([cause, text]) =>
  at(
    `${text}, medeleg ${(1 << cause).toString(16)}`,
    "m",
    text.includes("mstatus") ? ".word 0" : text,
    write("medeleg", 1 << cause),
    write("medeleg", 0),
  ),
);

const values: readonly Probe[] = [
  at("menvcfg holds", "m", write("menvcfg", -1), "", `${shows("menvcfg")}${write("menvcfg", 0)}`),
  at("senvcfg holds", "m", write("senvcfg", -1), "", `${shows("senvcfg")}${write("senvcfg", 0)}`),
  at(
    "a reserved CBIE",
    "m",
    `${write("menvcfg", CBIE(3))}${write("menvcfg", CBIE(2))}`,
    "",
    `${shows("menvcfg")}${write("menvcfg", 0)}`,
  ),
  at("mstateen1 holds", "m", write("mstateen1", -1), "", shows("mstateen1")),
  at("sstateen0 holds", "m", `${write("mstateen0", -1)}${write("sstateen0", -1)}`, "", shows("sstateen0")),
  at(
    "satp of a mode that is not there",
    "m",
    `${write("satp", 0)}${write("satp", (11n << 60n) | 5n)}`,
    "",
    `${shows("satp")}${write("satp", 0)}`,
  ),
  at(
    "satp",
    "m",
    write("satp", (10n << 60n) | (0xffffn << 44n) | 0xfffffffffffn),
    "",
    `${shows("satp")}${write("satp", 0)}`,
  ),
];

export const rights: Probes = probesImage(
  [
    ...[...counters, ...registers, ...readOnly, ...trapped, ...returns, ...caches, ...cachePages],
    ...[...stateen, ...units, ...delegated, ...kept, ...values],
  ],
  `${ON_ALL}${write("mie", 0)}${write("menvcfg", 0)}`,
  [...MEMORY, ...PAGE_TABLES, ...USER_PAGES],
);
