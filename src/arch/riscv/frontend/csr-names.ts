// Names of control and status registers (privileged 2.2).

const NAMES: Readonly<Record<number, string>> = {
  1: "fflags",
  2: "frm",
  3: "fcsr",
  8: "vstart",
  9: "vxsat",
  10: "vxrm",
  15: "vcsr",
  256: "sstatus",
  260: "sie",
  261: "stvec",
  262: "scounteren",
  266: "senvcfg",
  268: "sstateen0",
  269: "sstateen1",
  270: "sstateen2",
  271: "sstateen3",
  288: "scountinhibit",
  320: "sscratch",
  321: "sepc",
  322: "scause",
  323: "stval",
  324: "sip",
  333: "stimecmp",
  384: "satp",
  768: "mstatus",
  769: "misa",
  770: "medeleg",
  771: "mideleg",
  772: "mie",
  773: "mtvec",
  774: "mcounteren",
  778: "menvcfg",
  780: "mstateen0",
  781: "mstateen1",
  782: "mstateen2",
  783: "mstateen3",
  800: "mcountinhibit",
  832: "mscratch",
  833: "mepc",
  834: "mcause",
  835: "mtval",
  836: "mip",
  1863: "mseccfg",
  2816: "mcycle",
  2818: "minstret",
  3072: "cycle",
  3073: "time",
  3074: "instret",
  3104: "vl",
  3105: "vtype",
  3106: "vlenb",
  3857: "mvendorid",
  3858: "marchid",
  3859: "mimpid",
  3860: "mhartid",
  3861: "mconfigptr",
};

/** Registers that are numbered: name, number of the first, number that it has in the name, how many. */
const SERIES: readonly (readonly [name: string, first: number, index: number, count: number])[] = [
  ["mhpmevent", 0x323, 3, 29],
  ["pmpcfg", 0x3a0, 0, 16],
  ["pmpaddr", 0x3b0, 0, 64],
  ["mhpmcounter", 0xb03, 3, 29],
  ["hpmcounter", 0xc03, 3, 29],
];

/** Those without a name are numbers. */
export function csrName(number: number): string {
  const name = NAMES[number];
  if (name !== undefined) return name;
  const series = SERIES.find(([, first, , count]) => number >= first && number < first + count);
  if (series) return `${series[0]}${number - series[1] + series[2]}`;
  return `0x${number.toString(16)}`;
}

/** Throws Error where there is none of that name. */
export function csrNumber(name: string): number {
  for (let number = 0; number < 0x1000; number++) if (csrName(number) === name) return number;
  throw new Error(`no control and status register ${name}`);
}
