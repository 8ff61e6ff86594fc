// Memory operands of 16-bit code at the ends of data segments: 16-bit addressing, segments that grow up and down, the stack.

import type { Code16Case, Data16 } from "./code16-cases.js";

const ENTRY = 0x100;
const INDEX = 0x123;

/** What an instruction makes its address of: BX or BP and an index, SI and DI alone, BX alone, or SP before or after it moves. */
type Address = "indexed" | "string" | "base" | "push" | "pop";

// Processors store an extended real and an x87 environment in pieces, of which the first may be in memory when another is refused, and push two bytes of
// a segment register where four are asked for: those are not here.
const INSTRUCTIONS: readonly (readonly [code: string, address: Address, bytes: number])[] = [
  // [bx+si], [bp+si], [bp+di], with displacements that go over 64 KiB.
  ...(["8a00", "8800"] as const).map((code) => [code, "indexed", 1] as const),
  ...(
    ["8b00", "8900", "0100", "f00100", "8700", "8b02", "8903", "3b02", "f61a", "8e00", "0fb600", "0fb700"] as const
  ).map((code) => [code, "indexed", 2] as const),
  ...(["668b00", "668900", "66f702", "c400", "6200", "d900", "d918", "0f6e00"] as const).map(
    (code) => [code, "indexed", 4] as const,
  ),
  ...(["dd00", "dd18", "df28", "0fc708", "0f1300", "0f6f00"] as const).map((code) => [code, "indexed", 8] as const),
  ["db28", "indexed", 10],
  ...(["0f1000", "0f1100", "0f1002", "f30f6f00"] as const).map((code) => [code, "indexed", 16] as const),
  ["2e8b00", "indexed", 2],
  ["2e8900", "indexed", 2],
  ["368b00", "indexed", 2],
  ["3e8b02", "indexed", 2],
  ["268900", "indexed", 2],
  ["648b00", "indexed", 2],
  ["ff30", "indexed", 2],
  ["66ff30", "indexed", 4],
  ["8f00", "indexed", 2],
  ["668f00", "indexed", 4],
  ["ff10", "indexed", 2],
  ["ff20", "indexed", 2],
  ["ff28", "indexed", 4],
  ["0fa300", "indexed", 2],
  // Strings.
  ["a4", "string", 1],
  ["a5", "string", 2],
  ["66a5", "string", 4],
  ["aa", "string", 1],
  ["ab", "string", 2],
  ["ac", "string", 1],
  ["ad", "string", 2],
  ["af", "string", 2],
  ["66a7", "string", 4],
  ["f3a4", "string", 1],
  ["f3a5", "string", 2],
  ["f3ab", "string", 2],
  ["f3a6", "string", 1],
  ["fdf3a4", "string", 1],
  ["fdf366a5", "string", 4],
  ["67a5", "string", 2],
  // xlat; [ebx] with 67h.
  ["b000d7", "base", 1],
  ["678b03", "base", 2],
  ["67668903", "base", 4],
  ["678d03", "base", 2],
  // The stack.
  ["50", "push", 2],
  ["6650", "push", 4],
  ["60", "push", 16],
  ["6660", "push", 32],
  ["9c", "push", 2],
  ["0e", "push", 2],
  ["e80000", "push", 2],
  ["66e800000000", "push", 4],
  ["c8000000", "push", 2],
  ["c8040000", "push", 2],
  ["9a00000700", "push", 4],
  ["58", "pop", 2],
  ["6658", "pop", 4],
  ["61", "pop", 16],
  ["6661", "pop", 32],
  ["9d", "pop", 2],
  ["c3", "pop", 2],
  ["66c3", "pop", 4],
  ["cb", "pop", 4],
  ["cf", "pop", 6],
  ["1f", "pop", 2],
];

const UP: Data16 = { limit: 0x2fff };
const WHOLE: Data16 = { limit: 0xffff };
const DOWN: Data16 = { limit: 0x1fff, down: true };

/** Segments, and where in them: `first` of `bytes` from there on is the operand's. */
const PLACES: readonly (readonly [name: string, data: Data16, first: (bytes: number) => number])[] = [
  ["up, whole", UP, (bytes) => 0x3000 - bytes],
  ["up, a byte beyond", UP, (bytes) => 0x3001 - bytes],
  ["up, beyond", UP, () => 0x3000],
  ["64 KiB, whole", WHOLE, (bytes) => 0x10000 - bytes],
  ["64 KiB, a byte beyond", WHOLE, (bytes) => 0x10001 - bytes],
  ["64 KiB, the first byte", WHOLE, () => 0],
  ["down, whole", DOWN, () => 0x2000],
  ["down, a byte beyond", DOWN, () => 0x1fff],
  ["down, a byte beyond 64 KiB", DOWN, (bytes) => 0x10001 - bytes],
  ["down, 4 GiB, over 64 KiB", { ...DOWN, big: true }, (bytes) => 0x10001 - bytes],
  ["down, 4 GiB, a byte beyond", { ...DOWN, big: true }, () => 0x1fff],
  ["read-only", { ...UP, readOnly: true }, () => 0x1000],
  ["read-only, a byte beyond", { ...UP, readOnly: true }, (bytes) => 0x3001 - bytes],
  ["empty", { limit: 0 }, () => 0x100],
];

function segmentCase(
  [code, address, bytes]: (typeof INSTRUCTIONS)[number],
  [name, data, first]: (typeof PLACES)[number],
): Code16Case {
  const at = first(bytes);
  const low = (value: number) => value & 0xffff;
  const stack = address === "push" || address === "pop";
  const down = code.startsWith("fd") ? bytes * 2 : 0;
  const base = address === "base" ? at : low(at - INDEX);
  const index = address === "string" ? low(at - down) : INDEX;
  return {
    name: `${code}, ${name}`,
    limit: 0xffff,
    entry: ENTRY,
    flat: false,
    sp: stack ? (data.big ? at : low(at)) + (address === "push" ? bytes : 0) : data.down ? 0x8000 : 0x800,
    cx: 3,
    code: { [ENTRY]: code },
    data,
    index: stack ? [0, 0, 0, low(at)] : [base, index, index, base],
  };
}

export const SEGMENT16_CASES: readonly Code16Case[] = INSTRUCTIONS.flatMap((instruction) =>
  PLACES.map((place) => segmentCase(instruction, place)),
);
