// Encoder of the ACPI Machine Language (ACPI 6.5, chapter 20): each function gives the bytes of one construct.

import { encodeText } from "../../../base/text.js";

export type Aml = readonly number[];

const NAME_SEGMENT = 4;
const EXT = 0x5b;

/** PkgLength (20.2.4), which counts itself, then the content. */
function sized(prefix: Aml, content: Aml): Aml {
  let width = 1;
  while (content.length + width >= (width === 1 ? 0x40 : 2 ** (4 + 8 * (width - 1)))) width++;
  const total = content.length + width;
  const length = width === 1 ? [total] : [((width - 1) << 6) | (total & 15)];
  for (let k = 1; k < width; k++) length.push((total >> (8 * k - 4)) & 0xff);
  return concat(prefix, length, content);
}

/** Without spreading arguments: a DSDT is longer than a call takes. */
export function concat(...parts: readonly Aml[]): Aml {
  const out: number[] = [];
  for (const part of parts) for (const byte of part) out.push(byte);
  return out;
}

/** A path such as `\\_SB.PCI0`, `^PCI0` or `FOO`; segments are filled up with underscores. */
export function path(name: string): Aml {
  const [, prefix, rest] = /^(\\|\^*)(.*)$/.exec(name)!;
  const segments = rest === "" ? [] : rest!.split(".");
  const bytes = [...encodeText(prefix!)];
  if (segments.length === 0) bytes.push(0);
  else if (segments.length === 2) bytes.push(0x2e);
  else if (segments.length > 2) bytes.push(0x2f, segments.length);
  for (const segment of segments) {
    if (!/^[A-Z_][A-Z0-9_]{0,3}$/.test(segment)) throw new Error(`no ACPI name: ${name}`);
    bytes.push(...encodeText(segment.padEnd(NAME_SEGMENT, "_")));
  }
  return bytes;
}

/** Shortest integer constant. */
export function integer(value: number): Aml {
  if (value === 0 || value === 1) return [value];
  if (value < 0x100) return [0x0a, value];
  if (value < 0x10000) return [0x0b, ...little(value, 2)];
  if (value < 2 ** 32) return [0x0c, ...little(value, 4)];
  return [0x0e, ...little(value, 8)];
}

export function string(text: string): Aml {
  return [0x0d, ...encodeText(text), 0];
}

export function buffer(bytes: Aml): Aml {
  return sized([0x11], concat(integer(bytes.length), bytes));
}

export function pack(...elements: readonly Aml[]): Aml {
  return sized([0x12], concat([elements.length], ...elements));
}

/** A compressed EISA identifier such as PNP0A03. */
export function eisaId(id: string): Aml {
  const [a, b, c] = [...encodeText(id.slice(0, 3))].map((code) => code - 0x40);
  const product = Number.parseInt(id.slice(3), 16);
  return [0x0c, (a! << 2) | (b! >> 3), ((b! & 7) << 5) | c!, product >> 8, product & 255];
}

export function name(where: string, value: Aml): Aml {
  return concat([0x08], path(where), value);
}

export function scope(where: string, ...content: readonly Aml[]): Aml {
  return sized([0x10], concat(path(where), ...content));
}

export function device(where: string, ...content: readonly Aml[]): Aml {
  return sized([EXT, 0x82], concat(path(where), ...content));
}

export function method(where: string, args: number, serialized: boolean, ...content: readonly Aml[]): Aml {
  return sized([0x14], concat(path(where), [args | (serialized ? 8 : 0)], ...content));
}

export const SYSTEM_IO = 1;
export const PCI_CONFIG = 2;

export function operationRegion(where: string, space: number, offset: number, length: number): Aml {
  return concat([EXT, 0x80], path(where), [space], integer(offset), integer(length));
}

/** Fields of whole bytes, accessed by bytes, one after the other. */
export function byteFields(region: string, names: readonly string[]): Aml {
  return sized([EXT, 0x81], concat(path(region), [0x01], ...names.map((field) => concat(path(field), [8]))));
}

export const LOCAL0: Aml = [0x60];
export const ARG0: Aml = [0x68];
/** Where the result of an operator goes that is used as a value only. */
const NOWHERE: Aml = [0];

export function store(value: Aml, target: Aml): Aml {
  return concat([0x70], value, target);
}

export function and(a: Aml, b: Aml): Aml {
  return concat([0x7b], a, b, NOWHERE);
}

export function or(a: Aml, b: Aml): Aml {
  return concat([0x7d], a, b, NOWHERE);
}

export function ifTrue(condition: Aml, ...content: readonly Aml[]): Aml {
  return sized([0xa0], concat(condition, ...content));
}

export function otherwise(...content: readonly Aml[]): Aml {
  return sized([0xa1], concat(...content));
}

export function giveBack(value: Aml): Aml {
  return concat([0xa4], value);
}

export function createDWordField(source: Aml, index: number, field: string): Aml {
  return concat([0x8a], source, integer(index), path(field));
}

/** `value` as `bytes` bytes, lowest first. */
export function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, k) => Math.floor(value / 2 ** (8 * k)) % 256);
}
