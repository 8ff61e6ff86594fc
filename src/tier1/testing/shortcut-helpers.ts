// Helpers with shortcuts, for tests: what regions do in their place has to come to the same for all operands and in every state.

import { type HelperDef, helper } from "../../ir/helpers.js";
import { Ty } from "../../ir/ops.js";
import { WOp } from "../../ir/wasm-ops.js";

/** Bits of the flags' slot: the one that shortcuts ask for, and what helpers note of results that shortcuts may not have. */
const ASKED = 2;
const SEEN = { call: 2, rest: 4 };
/** What the constant argument has to be. */
const PLAIN = 7n;
const ABOVE = 1e-300;
const BELOW = 1e300;

const view = new DataView(new ArrayBuffer(8));

function double(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function single(bits: bigint): number {
  view.setUint32(0, Number(bits & 0xffffffffn));
  return view.getFloat32(0);
}

function bits(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

export interface ShortcutHelper {
  readonly def: HelperDef;
  /** The number of its constant argument, if there is one. */
  readonly constant?: number;
  /** `note` sets bits of the flags. */
  call(a: bigint, b: bigint, c: bigint, note: (bits: number) => void): bigint;
}

/** With their flags in an I32 slot. */
export function shortcutHelpers(flags: number): readonly ShortcutHelper[] {
  const flag = { slot: flags, bit: ASKED };
  const effects = { reads: [[flags, flags + 4]], writes: [[flags, flags + 4]] } as const;
  return [
    {
      // A product; what is tiny, huge or no number is 5, and what is not asked for plainly is negated.
      def: helper("product", {
        ...effects,
        shortcut: {
          ...{ op: WOp.f64_mul, operands: [Ty.F64, Ty.F64], result: Ty.F64, flag },
          ...{ constant: [2, Number(PLAIN)], above: ABOVE, below: BELOW },
        },
      }),
      constant: 2,
      call(a, b, c, note) {
        const value = double(a) * double(b);
        const usual = Math.abs(value) > ABOVE && Math.abs(value) < BELOW;
        note(usual ? SEEN.call : SEEN.call | SEEN.rest);
        if (!usual) return 5n;
        return bits(c === PLAIN ? value : -value);
      },
    },
    {
      // 1 or 0, and 2 where one is no number.
      def: helper("less", {
        ...effects,
        shortcut: { op: WOp.f32_lt, operands: [Ty.F32, Ty.F32], result: Ty.I32, ordered: true },
      }),
      call(a, b, _, note) {
        const [x, y] = [single(a), single(b)];
        if (!Number.isNaN(x) && !Number.isNaN(y)) return x < y ? 1n : 0n;
        note(SEEN.rest);
        return 2n;
      },
    },
    {
      def: helper("number", {
        ...effects,
        shortcut: { op: WOp.f64_convert_i64_u, operands: [Ty.I64], result: Ty.F64, flag },
      }),
      call(a, _, __, note) {
        note(SEEN.call);
        return bits(Number(a));
      },
    },
  ];
}

/** Operands that make a difference, as bits of doubles and, in their lower halves, of singles. */
export const OPERANDS: readonly bigint[] = [
  ...[1.5, -2.25, 0, -0, 1e200, -1e-200, 1e-300, Number.POSITIVE_INFINITY, Number.NaN].map(bits),
  ...[0x3fc00000n, 0xbf800000n, 0x7fc00000n, 0x7f800000n, 0x80000000n, 0xffffffff_00000001n],
];
