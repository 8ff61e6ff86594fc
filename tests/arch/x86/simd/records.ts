// The records exchanged with testing/native/exec.c: 128 bytes in, 128 bytes out. Offsets, little-endian.

export const RECORD = 128;

/** The instruction, padded to 16 bytes with NOPs. */
export const IN_CODE = 0;
/** XMM0, XMM1, XMM2. */
export const IN_XMM = 16;
/** MM0, MM1. */
export const IN_MM = 64;
/** RAX, RCX, RDX. */
export const IN_GPR = 80;
/** 16 bytes at RDI (aligned). */
export const IN_MEM = 104;
export const IN_MXCSR = 120;

/** XMM0, XMM1. */
export const OUT_XMM = 0;
export const OUT_MM = 32;
export const OUT_GPR = 48;
export const OUT_RFLAGS = 72;
export const OUT_MEM = 80;
export const OUT_MXCSR = 96;
/** 0, or the signal that ended the instruction. */
export const OUT_SIGNAL = 100;

/** What is compared: everything but RFLAGS bits other than CF PF AF ZF SF OF. */
export const RFLAGS_COMPARED = 0x8d5;

/** 32-bit hash of an output record (FNV-1a over its words, finished with an avalanche). */
export function hashOutput(view: DataView, at: number): number {
  let h = 0x811c9dc5;
  for (let k = 0; k < 104; k += 4) {
    let word = view.getUint32(at + k, true);
    if (k === OUT_RFLAGS) word &= RFLAGS_COMPARED;
    if (k === OUT_RFLAGS + 4) word = 0;
    h = Math.imul(h ^ word, 0x01000193);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

export function describeOutput(view: DataView, at: number): string {
  const hex = (from: number, bytes: number) => {
    let text = "";
    for (let k = bytes - 1; k >= 0; k--)
      text += view
        .getUint8(at + from + k)
        .toString(16)
        .padStart(2, "0");
    return text;
  };
  return (
    `xmm0 ${hex(0, 16)} xmm1 ${hex(16, 16)} mm0 ${hex(32, 8)} mm1 ${hex(40, 8)} rax ${hex(48, 8)} rcx ${hex(56, 8)} ` +
    `rdx ${hex(64, 8)} flags ${(view.getUint32(at + OUT_RFLAGS, true) & RFLAGS_COMPARED).toString(16)} mem ${hex(80, 16)} ` +
    `mxcsr ${hex(96, 4)} signal ${view.getUint32(at + OUT_SIGNAL, true)}`
  );
}

export function describeInput(view: DataView, at: number): string {
  const hex = (from: number, bytes: number) => {
    let text = "";
    for (let k = bytes - 1; k >= 0; k--)
      text += view
        .getUint8(at + from + k)
        .toString(16)
        .padStart(2, "0");
    return text;
  };
  return (
    `xmm0 ${hex(16, 16)} xmm1 ${hex(32, 16)} xmm2 ${hex(48, 16)} mm0 ${hex(64, 8)} mm1 ${hex(72, 8)} rax ${hex(80, 8)} ` +
    `rcx ${hex(88, 8)} rdx ${hex(96, 8)} mem ${hex(104, 16)} mxcsr ${hex(120, 4)}`
  );
}
