// The records exchanged with the native program (host.c), and their comparison and description.

export const RECORD = 224;

// Input.
export const IN_CODE = 0;
export const CODE_BYTES = 12;
export const IN_FCW = 12;
export const IN_FSW = 14;
export const IN_VALID = 16;
export const IN_FLAGS = 17;
export const IN_AX = 18;
// Both.
export const STACK = 32;
export const MEMORY = 112;
export const MEMORY_BYTES = 112;
// Output.
export const OUT_FCW = 0;
export const OUT_FSW = 2;
export const OUT_VALID = 4;
export const OUT_SIGNAL = 5;
export const OUT_FLAGS = 6;
export const OUT_AX = 8;
export const OUT_FOP = 10;
export const OUT_FIP = 12;
export const OUT_FDP = 16;
export const OUT_SELECTORS = 20;

const ARITHMETIC = 0x8d5;

/** What of an output record counts, in place: arithmetic flags alone; no selectors (not kept, CPUID.7.EBX bit 13), and no
 *  pointers where a signal ended the case. */
export function clean(view: DataView, at: number): void {
  view.setUint16(at + OUT_FLAGS, view.getUint16(at + OUT_FLAGS, true) & ARITHMETIC, true);
  view.setUint32(at + OUT_SELECTORS, 0, true);
  if (view.getUint8(at + OUT_SIGNAL) !== 0) clearPointers(view, at);
}

export function clearPointers(view: DataView, at: number): void {
  view.setUint16(at + OUT_FOP, 0, true);
  view.setUint32(at + OUT_FIP, 0, true);
  view.setUint32(at + OUT_FDP, 0, true);
}

/** 32-bit hash (FNV-1a by words) of `records` cleaned output records. */
export function hash(view: DataView, at: number, records: number): number {
  let h = 0x811c9dc5;
  for (let k = 0; k < records * RECORD; k += 4) {
    h = Math.imul(h ^ view.getUint32(at + k, true), 0x01000193);
    h ^= h >>> 15;
  }
  return h >>> 0;
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

export function describeStack(view: DataView, at: number, n = 3): string {
  const parts: string[] = [];
  for (let k = 0; k < n; k++) {
    const p = at + STACK + 10 * k;
    parts.push(`${hex(view.getUint16(p + 8, true), 4)}:${hex(view.getBigUint64(p, true), 16)}`);
  }
  return parts.join(" ");
}

function describeMemory(view: DataView, at: number): string {
  const p = at + MEMORY;
  return `${hex(view.getUint16(p + 8, true), 4)}:${hex(view.getBigUint64(p, true), 16)}`;
}

export function describeInput(view: DataView, at: number): string {
  return (
    `fcw ${hex(view.getUint16(at + IN_FCW, true), 4)} fsw ${hex(view.getUint16(at + IN_FSW, true), 4)} valid ` +
    `${hex(view.getUint8(at + IN_VALID), 2)} flags ${hex(view.getUint8(at + IN_FLAGS), 2)} st ${describeStack(view, at)} mem ` +
    describeMemory(view, at)
  );
}

export function describeOutput(view: DataView, at: number): string {
  return (
    `fcw ${hex(view.getUint16(at + OUT_FCW, true), 4)} fsw ${hex(view.getUint16(at + OUT_FSW, true), 4)} valid ` +
    `${hex(view.getUint8(at + OUT_VALID), 2)} flags ${hex(view.getUint16(at + OUT_FLAGS, true), 3)} st ` +
    `${describeStack(view, at)} mem ${describeMemory(view, at)} signal ${view.getUint8(at + OUT_SIGNAL)} ` +
    `fop ${hex(view.getUint16(at + OUT_FOP, true), 3)} fip ${hex(view.getUint32(at + OUT_FIP, true), 1)} ` +
    `fdp ${hex(view.getUint32(at + OUT_FDP, true), 1)}`
  );
}
