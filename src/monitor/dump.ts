// x and xp: memory in the format of `/COUNT FORMAT SIZE`.

import { MonitorError } from "./expression.js";
import type { MonitorTarget } from "./target.js";

export interface DumpFormat {
  count: number;
  /** x hexadecimal, d signed, u unsigned, o octal, c characters, i instructions. */
  format: "x" | "d" | "u" | "o" | "c" | "i";
  /** Bytes of a unit. */
  size: 1 | 2 | 4 | 8;
}

export const FIRST_FORMAT: DumpFormat = { count: 1, format: "x", size: 4 };

const SIZES = { b: 1, h: 2, w: 4, g: 8 } as const;

/** Reads `/20xw` (without the slash); what is left out is as it was last. Throws MonitorError. */
export function parseFormat(text: string, last: DumpFormat): DumpFormat {
  const match = /^(\d*)(.*)$/.exec(text)!;
  const result: DumpFormat = { ...last, count: match[1] === "" ? 1 : Number(match[1]) };
  for (const letter of match[2]!) {
    if ("xduoci".includes(letter)) result.format = letter as DumpFormat["format"];
    else if (Object.hasOwn(SIZES, letter)) result.size = SIZES[letter as keyof typeof SIZES];
    else throw new MonitorError(`invalid char in format: '${letter}'`);
  }
  return result;
}

/** The text of x (virtual) or xp (physical). */
export function dumpMemory(target: MonitorTarget, format: DumpFormat, start: bigint, physical: boolean): string {
  const read = (address: bigint, length: number): Uint8Array | undefined => {
    const at = physical ? Number(address) : target.translate(address);
    return at === undefined ? undefined : target.readPhysical(at, length);
  };
  return format.format === "i" ? dumpCode(target, format.count, start, read) : dumpData(format, start, read);
}

type Read = (address: bigint, length: number) => Uint8Array | undefined;

function dumpData({ count, format, size }: DumpFormat, start: bigint, read: Read): string {
  const lineBytes = format === "c" || size === 1 ? 8 : 16;
  let text = "";
  let address = start;
  for (let left = count; left > 0; ) {
    const units = Math.min(left, lineBytes / size);
    text += `${hex(address, 16)}:`;
    for (let i = 0; i < units; i++) {
      // Unit by unit: the line may end in a page that is not there.
      const bytes = readUnit(read, BigInt.asUintN(64, address + BigInt(i * size)), size);
      if (!bytes) return `${text} Cannot access memory\n`;
      text += ` ${unit(bytes, format)}`;
    }
    text += "\n";
    left -= units;
    address = BigInt.asUintN(64, address + BigInt(units * size));
  }
  return text;
}

function readUnit(read: Read, address: bigint, size: number): bigint | undefined {
  let value = 0n;
  const whole = (address & 0xfffn) + BigInt(size) <= 0x1000n ? read(address, size) : undefined;
  for (let i = size - 1; i >= 0; i--) {
    const byte = whole ? whole[i] : read(BigInt.asUintN(64, address + BigInt(i)), 1)?.[0];
    if (byte === undefined) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  // The size rides along in the top bits, out of the value's way.
  return value | (BigInt(size) << 64n);
}

/** One unit as QEMU pads it, so that columns line up. */
function unit(tagged: bigint, format: DumpFormat["format"]): string {
  const size = Number(tagged >> 64n);
  const value = BigInt.asUintN(size * 8, tagged);
  switch (format) {
    case "x":
      return `0x${hex(value, size * 2)}`;
    case "o":
      return `0${value.toString(8)}`.padStart(Math.ceil((size * 8) / 3));
    case "u":
      return value.toString().padStart([0, 3, 5, 0, 10, 0, 0, 0, 20][size]!);
    case "d":
      return BigInt.asIntN(size * 8, value)
        .toString()
        .padStart([0, 3, 5, 0, 10, 0, 0, 0, 20][size]!);
    default:
      return character(Number(value & 0xffn));
  }
}

function character(code: number): string {
  const named: Record<number, string> = { 39: "\\'", 92: "\\\\", 10: "\\n", 13: "\\r" };
  const shown = named[code] ?? (code >= 32 && code < 127 ? String.fromCharCode(code) : `\\x${hex(BigInt(code), 2)}`);
  return `'${shown}'`;
}

function dumpCode(target: MonitorTarget, count: number, start: bigint, read: Read): string {
  let text = "";
  let address = start;
  for (let i = 0; i < count; i++) {
    const code: number[] = [];
    for (let j = 0; j < 16; j++) {
      const byte = read(BigInt.asUintN(64, address + BigInt(j)), 1)?.[0];
      if (byte === undefined) break;
      code.push(byte);
    }
    const insn = target.disassemble(Uint8Array.from(code), address);
    const where = `0x${hex(address, target.addressBits() === 64 ? 16 : 8)}:`;
    if (!insn) return `${text}${where} Cannot access memory\n`;
    const bytes = code.slice(0, insn.length).map((byte) => hex(BigInt(byte), 2));
    text += `${where}  ${bytes.join(" ").padEnd(24)} ${insn.text}\n`;
    address = BigInt.asUintN(64, address + BigInt(insn.length));
  }
  return text;
}

export function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
