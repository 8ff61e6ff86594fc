// Programs in a code segment that is not flat: what EIP becomes past FFFFh, and what happens at the segment's end.

export interface Code16Case {
  name: string;
  /** Where the segment begins, from the start of the code. */
  base?: number;
  limit: number;
  /** CS.D. */
  wide?: boolean;
  entry: number;
  /** The stack's pages by a flat segment; else by a 16-bit one. */
  flat: boolean;
  sp: number;
  cx: number;
  /** Single-step traps taken before TF is cleared. */
  steps?: number;
  /** Bytes by offset in the code's pages, which are full of INT3 else. */
  code: Readonly<Record<number, string>>;
  /** Bytes at the stack pointer. */
  stack?: string;
  /** The segment of DS and ES, which are null else, and of SS where that is not flat: over the stack's pages. */
  data?: Data16;
  /** BX, SI, DI, BP. */
  index?: readonly [number, number, number, number];
}

export interface Data16 {
  limit: number;
  /** It grows down: offsets beyond the limit are in it. */
  down?: boolean;
  readOnly?: boolean;
  /** B: it ends at 4 GiB where it grows down; ESP is the stack pointer. */
  big?: boolean;
}

/** As code16.c has it. */
const [PRESENT, DOWN, READ_ONLY, BIG] = [1, 2, 4, 8];

type Rest = Partial<Omit<Code16Case, "name" | "entry" | "code">>;

/** 256 KiB of segment, a flat stack. */
const run = (name: string, entry: number, code: string | Record<number, string>, rest: Rest = {}): Code16Case => ({
  name,
  limit: 0x3ffff,
  flat: true,
  sp: 0x1000,
  cx: 0,
  entry,
  code: typeof code === "string" ? { [entry]: code } : code,
  ...rest,
});

const ends = (limit: number, name: string, entry: number, code: string | Record<number, string>, rest: Rest = {}) =>
  run(`${name}, limit ${limit.toString(16)}`, entry, code, { limit, ...rest });

/** A frame of words or double words. */
const frame = (size: 2 | 4, ...values: number[]): string =>
  values
    .flatMap((value) => Array.from({ length: size }, (_, k) => (value >>> (8 * k)) & 255))
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

const OWN = 7;
const MOST = 0xffffffff;

export const CODE16_CASES: readonly Code16Case[] = [
  // In sequence EIP has 32 bits.
  run("two bytes over FFFFh", 0xffff, { 65535: "89c0", 65537: "90cc" }),
  run("one byte at FFFFh", 0xffff, { 65535: "90", 65536: "90cc" }),
  run("three bytes over FFFFh", 0xfffd, { 65533: "b83412", 65536: "40cc" }),
  run("single step over FFFFh", 0xfffd, "90909090909090cc", { steps: 6 }),
  run("begins past FFFFh", 0x10001, "90cc"),
  run("int3 at FFFFh", 0xffff, {}),
  run("int n", 0x10001, "cd03"),
  run("into", 0x10001, "b07f0401ce"),
  run("hlt past FFFFh", 0x10001, "f4"),
  run("ud2 past FFFFh", 0x10001, "900f0b"),
  run("rep movsb past FFFFh without memory", 0x10001, "f3a4"),
  // Taken near branches cut it to their operand size.
  run("jmp short past FFFFh", 0x10001, "eb10"),
  run("jmp short over FFFFh", 0xfff0, "eb20"),
  run("jmp short over FFFFh, 66h", 0xfff0, "66eb20"),
  run("jmp near over FFFFh", 0xfff0, "e92000"),
  run("jmp near over FFFFh, 66h", 0xfff0, "66e920000000"),
  run("jmp short back over 0", 0x10, "eb80"),
  run("jmp short over FFFFh, in single steps", 0xfff0, { 65520: "eb20", 18: "90" }, { steps: 3 }),
  run("jcc taken over FFFFh", 0xfff0, "7320"),
  run("jcc taken over FFFFh, 66h", 0xfff0, "667320"),
  run("jcc near taken over FFFFh", 0xfff0, "0f832000"),
  run("jcc near taken over FFFFh, 66h", 0xfff0, "660f8320000000"),
  run("jcc not taken past FFFFh", 0x10001, "7220cc"),
  run("jcc not taken over FFFFh", 0xffff, "7220cc"),
  run("loop past FFFFh", 0x10001, "e210", { cx: 5 }),
  run("loop past FFFFh, 66h", 0x10001, "66e210", { cx: 5 }),
  run("loop counts CX", 0x10001, "e210cc", { cx: 0x10001 }),
  run("loop counts ECX, 67h", 0x10001, "67e210", { cx: 0x10000 }),
  run("loop goes on in sequence, 67h", 0x10001, "67e210cc", { cx: 1 }),
  run("jcxz looks at CX", 0x10001, "e310cc", { cx: 0x10000 }),
  run("jecxz looks at ECX", 0x10001, "67e310cc", { cx: 0x10000 }),
  run("jecxz taken, 66h", 0x10001, "6667e310cc"),
  run("call past FFFFh", 0x10001, "e81000"),
  run("call past FFFFh, 66h", 0x10001, "66e810000000"),
  run("call over FFFFh", 0xfffe, "e81000"),
  run("call over FFFFh, 66h", 0xfffc, "66e810000000"),
  run("call bx", 0x10001, "ffd3"),
  run("call ebx", 0x10001, "66ffd3"),
  run("jmp bx", 0x10001, "ffe3"),
  run("jmp ebx", 0x10001, "66ffe3"),
  run("ret", 0x10001, "c3", { stack: frame(2, 0x12, 1) }),
  run("ret, 66h", 0x10001, "66c3", { stack: frame(4, 0x10012) }),
  run("ret n, 66h", 0x10001, "66c20400", { stack: frame(4, 0x10012) }),
  run("jmp far", 0x10001, "ea00100700"),
  run("jmp far, 66h", 0x10001, "66ea000001000700"),
  run("call far", 0x10001, "9a00100700"),
  run("call far, 66h", 0x10001, "669a000001000700"),
  run("retf, 66h", 0x10001, "66cb", { stack: frame(4, 0x10010, OWN) }),
  run("iret", 0x10001, "cf", { stack: frame(2, 0x10, OWN, 0x202) }),
  run("iret, 66h", 0x10001, "66cf", { stack: frame(4, 0x10010, OWN, 0x202) }),
  run("32-bit code: jmp short with 66h", 0x10001, "66eb10", { wide: true }),
  run("32-bit code: jcc with 66h", 0x10001, "667310", { wide: true }),
  run("32-bit code: ret with 66h", 0x10001, "66c3", { wide: true, stack: frame(2, 0x12) }),
  run("32-bit code: call with 66h", 0x10001, "66e81000", { wide: true }),
  // EIP begins again at 0 past FFFFFFFFh; the segment begins within a page.
  run("over 4 GiB", 0xfffffff8, { 248: "9090909090909090", 256: "9090cc" }, { base: 0x100, limit: MOST }),
  run("over 4 GiB in single steps", 0xfffffffe, { 254: "909090909090" }, { base: 0x100, limit: MOST, steps: 4 }),
  run("an instruction over 4 GiB", 0xfffffffe, { 254: "66b80102030490cc" }, { base: 0x100, limit: MOST }),
  run("ud2 over 4 GiB", 0xfffffffe, { 254: "90900f0b" }, { base: 0x100, limit: MOST }),
  run("ud2 over 4 GiB, 32-bit code", 0xfffffffe, { 254: "90900f0b" }, { base: 0x100, limit: MOST, wide: true }),
  run("call over 4 GiB, 32-bit code", 0xfffffffe, { 254: "e801000000" }, { base: 0x100, limit: MOST, wide: true }),
  // At the end of the segment.
  ends(0x1ffff, "in sequence", 0x1fffe, "909090cc"),
  ends(0x1ffff, "an instruction", 0x1fffe, "b83412cc"),
  ends(0x1ffff, "after an instruction that is whole", 0x1fffd, "b83412cc"),
  ends(0x1ffff, "in sequence after many", 0x1ff00, `${"40".repeat(0x100)}cc`),
  ends(0x1ffff, "a loop that gets there", 0x1ff80, `49${"90".repeat(0x7a)}75830000`, { cx: 3 }),
  ends(0x1ffff, "ud2", 0x1ffff, "0f0b"),
  ends(0x1ffff, "prefixes", 0x1fffc, "6666666666"),
  ends(0x1ffff, "prefixes that are too many", 0x1ffe0, `${"66".repeat(16)}`),
  ends(0x1ffff, "lock nop", 0x1fffe, "f090"),
  ends(0x1ffff, "hlt", 0x1ffff, "f4"),
  ends(0x1ffff, "hlt beyond", 0x1fffe, "9090f4"),
  ends(0x1ffff, "in single steps", 0x1fffd, "90909090", { steps: 4 }),
  ends(0x1ffff, "jmp to the last byte", 0x10001, "66e9f8ff0000"),
  ends(0x1ffff, "jmp beyond", 0x10001, "66e900000100"),
  ends(0x1ffff, "jmp ebx beyond", 0x10001, "66bb0000020066ffe3"),
  ends(0x1ffff, "call beyond", 0x10001, "66e800000100"),
  ends(0x1ffff, "call ebx beyond", 0x10001, "66bb0000020066ffd3"),
  ends(0x1ffff, "ret beyond", 0x10001, "66c3", { stack: frame(4, 0x20000) }),
  ends(0x1ffff, "jmp far beyond", 0x10001, "66ea000002000700"),
  ends(0x1ffff, "call far beyond", 0x10001, "669a000002000700"),
  ends(0x1ffff, "retf beyond", 0x10001, "66cb", { stack: frame(4, 0x20000, OWN) }),
  ends(0x1ffff, "iret beyond", 0x10001, "66cf", { stack: frame(4, 0x20000, OWN, 0x202) }),
  ends(0xffff, "in sequence", 0xfffe, { 65534: "9090", 0: "40cc" }),
  ends(0xffff, "an instruction", 0xffff, { 65535: "b834", 0: "12cc" }),
  ends(0xffff, "jcc not taken", 0xfffe, "7210"),
  ends(0xffff, "jmp over it", 0xfffe, "eb10"),
  ends(0xffff, "jmp over it, 66h", 0xfff0, "66eb20"),
  ends(0xffff, "call over it", 0xfffd, "e81000"),
  ends(0xffff, "call over it, 66h", 0xfffa, "66e810000000"),
  ends(0xffff, "in single steps", 0xfffe, { 65534: "9090", 0: "40cc" }, { steps: 4 }),
  ends(0xfff, "jmp beyond", 0xf80, "eb7f"),
  ends(0xfff, "jmp beyond, 32-bit code", 0xf80, "eb7f", { wide: true }),
  ends(0xfff, "jcc beyond", 0xf90, "737f"),
  ends(0xfff, "jcc beyond, not taken", 0xf90, "727fcc"),
  ends(0xfff, "loop beyond", 0xf90, "e27f", { cx: 5 }),
  ends(0xfff, "loop beyond, not taken", 0xf90, "e27f", { cx: 1 }),
  ends(0xfff, "jcxz beyond", 0xf90, "e37f"),
  ends(0xfff, "call beyond", 0xf80, "e87f00"),
  ends(0xfff, "ret beyond", 0xf80, "c3", { stack: frame(2, 0x1000) }),
  ends(0xfff, "jmp over 0", 0x10, "eb80"),
  // Before a page that is missing.
  ends(0x1fffff, "a missing page behind, an instruction", 0x1fffff, "b8"),
  ends(0x1fffff, "a missing page behind, in sequence", 0x1ffffd, "909090"),
  ends(0x1fffff, "a missing page behind, jmp", 0x1ffff0, "66e900010000"),
  ends(0x2fffff, "a missing page within, an instruction", 0x1fffff, "b8"),
  ends(0x2fffff, "a missing page within, jmp", 0x1ffff0, "66e900010000"),
  ends(0x200000, "a missing page within, an instruction beyond", 0x1fffff, "b8"),
  // SP of a 16-bit stack.
  run("call at SP 0", 0x100, "e81000", { flat: false, sp: 0 }),
  run("call at SP 2, 66h", 0x100, "66e810000000", { flat: false, sp: 2 }),
  run("push at SP 1", 0x100, "50cc", { flat: false, sp: 1 }),
  run("push at SP 2, 66h", 0x100, "6650cc", { flat: false, sp: 2 }),
  run("pop at SP FFFFh", 0x100, "58cc", { flat: false, sp: 0xffff }),
  run("pop at SP FFFEh, 66h", 0x100, "6658cc", { flat: false, sp: 0xfffe }),
  run("push keeps the upper half of ESP", 0x100, "50cc", { flat: false, sp: 0x12340000 }),
  run("enter and leave", 0x100, "c8040002c9cc", { flat: false, sp: 0x12340004 }),
  run("pusha at SP 8", 0x100, "60cc", { flat: false, sp: 8 }),
  run("retf n", 0x100, "ca0400", { flat: false, sp: 0xfff8, stack: frame(2, 0x1234, OWN) }),
];

export function indexOf(c: Code16Case): readonly [number, number, number, number] {
  return c.index ?? [0x10005, 0, 0, 0];
}

/** As code16.c reads it. */
export function line(c: Code16Case): string {
  const numbers = [c.base ?? 0, c.limit, c.wide ? 1 : 0, c.entry, c.sp, c.cx].map((value) => value.toString(16));
  const pieces = Object.entries(c.code).map(([at, bytes]) => `${Number(at).toString(16)}:${bytes}`);
  if (c.stack) pieces.push(`s${(c.sp & 0xffff).toString(16)}:${c.stack}`);
  const { data } = c;
  const flag = (set: boolean | undefined, bit: number) => (set ? bit : 0);
  const kind = data ? PRESENT | flag(data.down, DOWN) | flag(data.readOnly, READ_ONLY) | flag(data.big, BIG) : 0;
  const index = [data?.limit ?? 0, ...indexOf(c)].map((value) => value.toString(16));
  return `${[...numbers, c.flat ? 1 : 0, c.steps ?? 0, kind, ...index, ...pieces].join(" ")}\n`;
}
