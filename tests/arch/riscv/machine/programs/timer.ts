// The supervisor's timer (Sstc): when its interrupt is pending, who may set it, and what a change of menvcfg.STCE does to it.

import {
  clearStatus,
  MPIE,
  type Probe,
  type Probes,
  probesImage,
  SIE,
  STCE,
  setStatus,
  shows,
  showsRegister,
  write,
} from "./probes.js";

const STIP = 0x20;
const TM = 2;
const MTIMECMP = 0x2004000;
/** Ticks of 100 ns. */
const SOON = 2000;
const LATE = 200000;

const ON = `${write("mcounteren", TM)}${write("menvcfg", STCE)}`;
const OFF = `${write("menvcfg", 0)}${write("stimecmp", -1)}li t0, ${STIP}\ncsrrc zero, mip, t0\n${write("mcounteren", 0)}`;
const soon = (ticks: number): string => `csrrs a2, time, zero\naddi a2, a2, ${ticks}\n`;
/** Until `time` is far beyond a2: QEMU's timers are late. */
const until = (label: string): string => `
    li a3, ${LATE}
    add a2, a2, a3
  ${label}:
    csrrs a3, time, zero
    bgeu a2, a3, ${label}
    addi zero, zero, 0
`;
const pending = `csrrs t0, mip, zero\nandi t0, t0, ${STIP}\n${showsRegister("t0")}`;

const machine = (name: string, text: string): Probe => ({
  name,
  from: "m",
  before: write("mie", 0),
  text,
  after: `${pending}${OFF}`,
});

const comparisons: readonly Probe[] = [
  machine("it is past", `${ON}${write("stimecmp", 0)}`),
  machine("it is far off", `${ON}${write("stimecmp", -1)}`),
  machine("it was past, and is far off", `${ON}${write("stimecmp", 0)}${write("stimecmp", -1)}`),
  machine("it comes", `${ON}${soon(SOON)}csrrw zero, stimecmp, a2\n${until("comes")}`),
  machine(
    "it was to come, and is put off",
    `${ON}${soon(SOON)}csrrw zero, stimecmp, a2\n${write("stimecmp", -1)}${until("put_off")}`,
  ),
  machine("it was to come, and is past", `${ON}${soon(SOON)}csrrw zero, stimecmp, a2\n${write("stimecmp", 1)}`),
  machine("mip.STIP cannot be cleared", `${ON}${write("stimecmp", 0)}li t0, ${STIP}\ncsrrc zero, mip, t0\n`),
  machine("mip.STIP cannot be set", `${ON}${write("stimecmp", -1)}li t0, ${STIP}\ncsrrs zero, mip, t0\n`),
];

const changes: readonly Probe[] = [
  machine("mip.STIP can be set without STCE", `li t0, ${STIP}\ncsrrs zero, mip, t0\n`),
  machine("and cleared", `li t0, ${STIP}\ncsrrs zero, mip, t0\ncsrrc zero, mip, t0\n`),
  machine("it is past without STCE", write("stimecmp", 0)),
  machine("it is past, then STCE is set", `${write("stimecmp", 0)}${ON}`),
  machine("it is past, then STCE is cleared", `${ON}${write("stimecmp", 0)}${write("menvcfg", 0)}`),
  machine("it is far off, then STCE is cleared", `${ON}${write("stimecmp", -1)}${write("menvcfg", 0)}`),
  machine(
    "it was to come, and STCE is cleared",
    `${ON}${soon(SOON)}csrrw zero, stimecmp, a2\n${write("menvcfg", 0)}${until("cleared")}`,
  ),
  machine(
    "it was to come, STCE is cleared and set again",
    `${ON}${soon(SOON)}csrrw zero, stimecmp, a2\n${write("menvcfg", 0)}${until("again")}${write("menvcfg", STCE)}`,
  ),
];

/** Who may: STCE and TM of mcounteren are needed below machine mode, and the user may never. */
const rights = (["m", "s", "u"] as const).flatMap((from) =>
  [0n, STCE].flatMap((environment) =>
    [0, TM].flatMap((counters) =>
      ["csrrs a1, stimecmp, zero", "csrrw zero, stimecmp, a2"].map(
        (text): Probe => ({
          name: `${text}, menvcfg ${environment.toString(16)}, mcounteren ${counters}, in ${from}`,
          from,
          before: `${write("mie", 0)}${write("stimecmp", -1)}${write("menvcfg", environment)}${write("mcounteren", counters)}addi a2, zero, -2\n`,
          text,
          after: OFF,
        }),
      ),
    ),
  ),
);

/** Taken by the supervisor, at once or while it waits. */
const taken: readonly Probe[] = (["s", "u"] as const).flatMap((from) =>
  ["past", "to come"].map((when): Probe => {
    const at = when === "past" ? write("stimecmp", 0) : `${soon(SOON)}csrrw zero, stimecmp, a2\n`;
    const loop = `spin_${from}_${when.replace(" ", "_")}`;
    return {
      name: `its interrupt, ${when}, in ${from}`,
      from,
      before: `${write("mideleg", STIP)}${write("mie", STIP)}${ON}${setStatus(SIE)}${clearStatus(MPIE)}${at}`,
      // The row does not say where in the loop it was.
      text: `${loop}:\njal zero, ${loop}`,
      after: `${shows("mip")}${OFF}${write("mideleg", 0)}${write("mie", 0)}${clearStatus(SIE)}`,
    };
  }),
);

const waits: readonly Probe[] = [
  {
    name: "WFI until it is time",
    from: "s",
    before: `${write("mideleg", STIP)}${write("mie", STIP)}${ON}${clearStatus(SIE | MPIE)}${soon(SOON)}csrrw zero, stimecmp, a2\n`,
    text: "wfi\ncsrrs a1, sip, zero",
    after: `${OFF}${write("mideleg", 0)}${write("mie", 0)}`,
  },
];

export const timer: Probes = probesImage(
  [...comparisons, ...changes, ...rights, ...taken, ...waits],
  // That of machine mode is not to be pending.
  `li t1, ${MTIMECMP}\nli t0, -1\nsd t0, 0(t1)\n`,
);
