import { type HelperDef, helper, pure } from "../../../../ir/helpers.js";
import { S_RET2 } from "../../../../layout/vcpu.js";
import { RAX, RDX, X_CR4, X_MXCSR } from "../../layout.js";

const MXCSR = [X_MXCSR, X_MXCSR + 4] as const;
const CR4 = [X_CR4, X_CR4 + 8] as const;

/** Floating point: follows and changes MXCSR, faults with #XM. */
function float(name: string, shape: "vec" | "vecint" = "vec"): HelperDef {
  return helper(name, { shape, reads: [MXCSR, CR4], writes: [MXCSR], fault: true });
}

const FLOAT_VEC = [
  "addps",
  "addpd",
  "addss",
  "addsd",
  "subps",
  "subpd",
  "subss",
  "subsd",
  "mulps",
  "mulpd",
  "mulss",
  "mulsd",
  "divps",
  "divpd",
  "divss",
  "divsd",
  "minps",
  "minpd",
  "minss",
  "minsd",
  "maxps",
  "maxpd",
  "maxss",
  "maxsd",
  "sqrtps",
  "sqrtpd",
  "sqrtss",
  "sqrtsd",
  "addsubps",
  "addsubpd",
  "haddps",
  "haddpd",
  "hsubps",
  "hsubpd",
  "cmpps",
  "cmppd",
  "cmpss",
  "cmpsd",
  "roundps",
  "roundpd",
  "roundss",
  "roundsd",
  "dpps",
  "dppd",
  "cvtss2sd",
  "cvtsd2ss",
  "cvtps2pd",
  "cvtpd2ps",
  "cvtsi2ss",
  "cvtsi2sd",
  "cvtdq2ps",
  "cvtps2dq",
  "cvtpd2dq",
];

const FLOAT_INT = ["comiss", "comisd", "cvtss2si", "cvtsd2si"];

const PURE_VEC = [
  "rcpps",
  "rsqrtps",
  "psadbw",
  "pmaddubsw",
  "phminposuw",
  "mpsadbw",
  "pclmulqdq",
  "aesenc",
  "aesenclast",
  "aesdec",
  "aesdeclast",
  "aesimc",
  "aeskeygenassist",
];

const LENGTHS = [
  [RAX, RAX + 8],
  [RDX, RDX + 8],
] as const;

export const SIMD_HELPERS: readonly HelperDef[] = [
  ...FLOAT_VEC.map((name) => float(`x86_${name}`)),
  ...FLOAT_INT.map((name) => float(`x86_${name}`, "vecint")),
  ...PURE_VEC.map((name) => pure(`x86_${name}`, "vec")),
  helper("x86_pcmpstri", { shape: "vecint", reads: LENGTHS }),
  helper("x86_pcmpstrm", { shape: "vec", reads: LENGTHS, writes: [[S_RET2, S_RET2 + 8]] }),
  helper("x86_maskmovq", { shape: "vecint", fault: true, exact: true }),
  helper("x86_maskmovdqu", { shape: "vecint", fault: true, exact: true }),
  helper("x86_ldmxcsr", { writes: [MXCSR], fault: true }),
];
