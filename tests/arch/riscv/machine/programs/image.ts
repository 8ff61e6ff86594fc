// An image that runs bare on `virt`: code at RAM's beginning, tables where they are to be. A program leaves words at RESULT, s0 behind the
// last, and goes to `done`, which prints them and powers off.

import { assemble } from "../../../../../testing/riscv/assembler.js";

export const START = 0x80000000;
export const RESULT = 0x80100000;
const UART = 0x10000000;
const FINISHER = 0x100000;

export const DONE = `
  done:
    li a1, ${RESULT}
    li a2, ${UART}
    addi a5, zero, 10
  next:
    beq a1, s0, off
    ld a3, 0(a1)
    addi a4, zero, 60
  digit:
    srl a0, a3, a4
    andi a0, a0, 15
    sltu t0, a0, a5
    sub t0, zero, t0
    andi t0, t0, 39
    addi a0, a0, 87
    sub a0, a0, t0
  full:
    lbu t0, 5(a2)
    andi t0, t0, 32
    beq t0, zero, full
    sb a0, 0(a2)
    addi a4, a4, -4
    bge a4, zero, digit
  line:
    lbu t0, 5(a2)
    andi t0, t0, 32
    beq t0, zero, line
    sb a5, 0(a2)
    addi a1, a1, 8
    j next
  off:
    li a1, ${FINISHER}
    li a2, 0x5555
    sw a2, 0(a1)
    wfi
`;

/** All of memory is everybody's. */
export const OPEN = `
    li t0, -1
    csrrw zero, pmpaddr0, t0
    addi t0, zero, 31
    csrrw zero, pmpcfg0, t0
`;

/** Words of 8 bytes that are in the image, by their addresses. */
export type Memory = readonly (readonly [address: number, value: bigint])[];

/** `la` is 4 instructions, whatever the address: labels are not known before all is assembled. */
function assembled(text: string): { code: number[]; labels: ReadonlyMap<string, number> } {
  const fill = (labels: ReadonlyMap<string, number>) =>
    text.replace(/la (\w+), (\w+)/g, (_, register: string, label: string) => {
      const address = labels.get(label) ?? START + 4;
      const low = (address << 20) >> 20;
      const high = ((address - low) >>> 12) & 0xfffff;
      return `lui ${register}, ${high}\naddiw ${register}, ${register}, ${low}\nslli ${register}, ${register}, 32\nsrli ${register}, ${register}, 32`;
    });
  const { labels } = assemble(START, fill(new Map()));
  return assemble(START, fill(labels));
}

export interface Image {
  readonly bytes: Uint8Array;
  readonly labels: ReadonlyMap<string, number>;
}

export function image(text: string, memory: Memory = []): Image {
  const { code: words, labels } = assembled(text);
  const code = new Uint8Array(Uint32Array.from(words).buffer);
  const bytes = new Uint8Array(memory.reduce((end, [address]) => Math.max(end, address + 8 - START), code.length));
  const view = new DataView(bytes.buffer);
  for (const [address, value] of memory) {
    if (address - START < code.length) throw new Error(`${address.toString(16)} is in the program's code`);
    view.setBigUint64(address - START, BigInt.asUintN(64, value), true);
  }
  bytes.set(code);
  return { bytes, labels };
}
