// Interrupts: order, delegation, what enables them in each privilege, vectored tables, WFI.

import {
  clearStatus,
  MIE,
  MPIE,
  type Privilege,
  type Probe,
  type Probes,
  probesImage,
  SIE,
  setStatus,
  shows,
  TW,
  write,
} from "./probes.js";

const MSIP = 0x2000000;
const MTIMECMP = 0x2004000;
const PLIC = 0xc000000;
const UART_SOURCE = 10;
const UART = 0x10000000;
const ENABLE = { M: PLIC + 0x2000, S: PLIC + 0x2080 };

const at = (address: number, value: bigint | number, access: "sb" | "sw" | "sd"): string =>
  `li t1, ${address}\nli t0, ${value}\n${access} t0, 0(t1)\n`;

/** QEMU's controller looks at what is enabled when a priority is written. */
function external(enable: number, sources: number): string {
  return at(enable, sources, "sw") + at(PLIC + 4 * UART_SOURCE, 1, "sw");
}

/** How a line or a bit is made pending, and how it goes. */
const LINES: Readonly<Record<string, readonly [on: string, off: string]>> = {
  SSI: ["csrrsi zero, mip, 2\n", "csrrci zero, mip, 2\n"],
  STI: ["li t0, 0x20\ncsrrs zero, mip, t0\n", "li t0, 0x20\ncsrrc zero, mip, t0\n"],
  SEI: ["li t0, 0x200\ncsrrs zero, mip, t0\n", "li t0, 0x200\ncsrrc zero, mip, t0\n"],
  MSI: [at(MSIP, 1, "sw"), at(MSIP, 0, "sw")],
  MTI: [at(MTIMECMP, 0, "sd"), at(MTIMECMP, -1, "sd")],
  // The UART's, whose transmitter is empty, by the controller.
  MEI: [external(ENABLE.M, 1 << UART_SOURCE), external(ENABLE.M, 0)],
  "SEI of the controller": [external(ENABLE.S, 1 << UART_SOURCE), external(ENABLE.S, 0)],
};
type Line = string;

const SUPERVISORS = 0x222;
const ALL = 0xaaa;

interface Setting {
  readonly from: Privilege;
  readonly pending: readonly Line[];
  readonly delegated?: number;
  readonly enabled?: number;
  readonly mie?: boolean;
  readonly sie?: boolean;
}

function probe(
  { from, pending, delegated = 0, enabled = ALL, mie = false, sie = false }: Setting,
  text = "addi zero, zero, 0",
): Probe {
  const before = [
    write("mideleg", delegated),
    write("mie", enabled),
    ...pending.map((line) => LINES[line]![0]),
    mie ? setStatus(MPIE) : clearStatus(MPIE),
    sie ? setStatus(SIE) : clearStatus(SIE),
  ];
  const enables = [mie ? "MIE" : "", sie ? "SIE" : ""].filter(Boolean).join(" and ") || "neither";
  return {
    name: `${pending.join(", ") || "nothing"} pending, ${delegated.toString(16)} delegated, ${enabled.toString(16)} enabled, ${enables}, in ${from}`,
    from,
    before: before.join(""),
    text,
    after: `${shows("mip")}${pending.map((line) => LINES[line]![1]).join("")}`,
  };
}

const FLAGS = [false, true];
const SETS: readonly (readonly Line[])[] = [
  ...["SSI", "STI", "SEI", "MSI", "MTI", "MEI", "SEI of the controller"].map((line) => [line]),
  ["SSI", "STI", "SEI", "MSI", "MTI", "MEI"],
  ["SSI", "STI", "SEI"],
];

const everywhere = (["m", "s", "u"] as const).flatMap((from) =>
  [0, SUPERVISORS].flatMap((delegated) =>
    FLAGS.flatMap((mie) =>
      FLAGS.flatMap((sie) => SETS.map((pending) => probe({ from, delegated, mie, sie, pending }))),
    ),
  ),
);

/** Every two of them, not delegated, delegated, and one of them. */
const LINE_NAMES = ["SSI", "STI", "SEI", "MSI", "MTI", "MEI"];
const pairs = LINE_NAMES.flatMap((one, n) =>
  LINE_NAMES.slice(n + 1).flatMap((other) =>
    [0, SUPERVISORS, 0x20].map((delegated) => probe({ from: "u", delegated, pending: [one, other], mie: true })),
  ),
);

const masks = [0, 2, 8, 0x20, 0x80, 0x200, 0x800, 0x22, 0x88].map((enabled) =>
  probe({ from: "s", pending: LINE_NAMES, enabled, sie: true }),
);

const vectored = (["m", "u"] as const).flatMap((from) =>
  LINE_NAMES.map((line): Probe => {
    const one = probe({ from, pending: [line], delegated: SUPERVISORS, mie: true });
    const base = (tables: boolean) => `
      la t0, ${tables ? "machine_vectors" : "machine"}
      ${tables ? "ori t0, t0, 1" : ""}
      csrrw zero, mtvec, t0
      la t0, ${tables ? "supervisor_vectors" : "supervisor"}
      ${tables ? "ori t0, t0, 1" : ""}
      csrrw zero, stvec, t0
    `;
    // What the row has of a1 is the table's entry then.
    const off = LINES[line]![1];
    return { ...one, name: `${one.name}, vectored`, before: base(true) + one.before, after: base(false) + off };
  }),
);

const exceptions = (["m", "s", "u"] as const).map(
  (from): Probe => ({
    ...vectored[0]!,
    name: `an environment call of ${from}, vectored`,
    from,
    before: `${vectored[0]!.before}${write("mie", 0)}`,
  }),
);

const waits: readonly Probe[] = [
  ...(["m", "s"] as const).flatMap((from) =>
    // It ends by what is pending and enabled, whether it is taken or not.
    ["MTI", "SSI"].flatMap((line) =>
      FLAGS.map((mie) => probe({ from, pending: [line], mie, delegated: SUPERVISORS }, "wfi\naddi a1, zero, 1")),
    ),
  ),
  { ...probe({ from: "u", pending: ["MTI"] }, "wfi"), name: "WFI of the user" },
  ...(["m", "s", "u"] as const).map((from): Probe => {
    const one = probe({ from, pending: ["SSI"], delegated: SUPERVISORS }, "wfi\naddi a1, zero, 1");
    return {
      ...one,
      name: `WFI of ${from} with TW`,
      before: one.before + setStatus(TW),
      after: one.after + clearStatus(TW),
    };
  }),
];

/** What the supervisor sees and may write of its interrupts. */
const seen = [0, 0x2, 0x222].flatMap((delegated) =>
  [
    "csrrs a1, sip, zero",
    "csrrs a1, sie, zero",
    "csrrci zero, sip, 2\ncsrrs a1, sip, zero",
    "li a2, -1\ncsrrw zero, sip, a2\ncsrrs a1, sip, zero",
    "li a2, -1\ncsrrw zero, sie, a2\ncsrrs a1, sie, zero",
    "csrrw zero, sie, zero\ncsrrs a1, sie, zero",
  ].map((text): Probe => {
    const one = probe({ from: "s", delegated, pending: ["SSI", "STI", "SEI", "MTI"] });
    // Those of the machine would be taken.
    const quiet = write("mie", delegated);
    const after = LINE_NAMES.map((line) => LINES[line]![1]).join("");
    return {
      ...one,
      name: `${text.replaceAll("\n", "; ")}, ${delegated.toString(16)} delegated`,
      before: one.before + quiet,
      text,
      after,
    };
  }),
);

/** The software's bit and the controller's line of SEIP are two. */
const seip: readonly Probe[] = [
  ["both, then software's cleared", `${LINES.SEI![0]}${LINES["SEI of the controller"]![0]}${LINES.SEI![1]}`],
  [
    "both, then the line goes",
    `${LINES.SEI![0]}${LINES["SEI of the controller"]![0]}${LINES["SEI of the controller"]![1]}`,
  ],
  [
    "the line, then mip is read and written",
    `${LINES["SEI of the controller"]![0]}csrrsi zero, mip, 2\n${LINES["SEI of the controller"]![1]}`,
  ],
].map(
  ([name, text]): Probe => ({
    name: `SEIP: ${name}`,
    from: "m",
    text: text!,
    after: `${shows("mip")}${LINES.SEI![1]}${LINES["SEI of the controller"]![1]}${LINES.SSI![1]}`,
  }),
);

const FIRST = [
  // No timer, and the UART says that it can send.
  LINES.MTI![1],
  at(UART + 1, 2, "sb"),
  at(PLIC + 4 * UART_SOURCE, 1, "sw"),
  clearStatus(MIE | SIE | MPIE),
].join("");

const LAST: Probe = { name: "the end", from: "m", text: at(UART + 1, 0, "sb") };

export const interrupts: Probes = {
  ...probesImage(
    [...everywhere, ...pairs, ...masks, ...vectored, ...exceptions, ...waits, ...seen, ...seip, LAST],
    FIRST,
  ),
  // Without these QEMU takes the one with the lowest number first.
  theirs: "smaia=on,ssaia=on",
};
