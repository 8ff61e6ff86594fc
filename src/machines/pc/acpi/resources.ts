// Resource descriptors (ACPI 6.5, 6.4) and the templates they make up.

import { type Aml, buffer, concat, little } from "./aml.js";

/** A buffer with the descriptors and an end tag without checksum. */
export function template(...descriptors: readonly Aml[]): Aml {
  return buffer(concat(...descriptors, [0x79, 0]));
}

/** 16-bit decoded ports. */
export function ports(first: number, length: number): Aml {
  return [0x47, 1, ...little(first, 2), ...little(first, 2), 1, length];
}

/** Edge-triggered, active high, exclusive. */
export function irq(number: number): Aml {
  return [0x22, ...little(1 << number, 2)];
}

export function fixedMemory(address: number, length: number, writable: boolean): Aml {
  return [0x86, 9, 0, writable ? 1 : 0, ...little(address, 4), ...little(length, 4)];
}

/** Level-triggered, active high, shared interrupts of the resource's consumer. */
export function interrupts(...numbers: readonly number[]): Aml {
  const body = [0x09, numbers.length, ...numbers.flatMap((number) => little(number, 4))];
  return [0x89, ...little(body.length, 2), ...body];
}

/** Offset of the first interrupt number in a template of one `interrupts`. */
export const INTERRUPT_NUMBER = 5;

const MEMORY = 0;
const IO = 1;
const BUS = 2;
/** Minimum and maximum are fixed, positive decoding, produced for devices behind. */
const FIXED = 0x0c;
const CACHEABLE_WRITABLE = 0x03;
const UNCACHED_WRITABLE = 0x01;
const ENTIRE_RANGE = 0x03;

/** An address space descriptor; `end` is the last address. */
function space(tag: number, width: number, type: number, specific: number, first: number, end: number): Aml {
  const values = [0, first, end, 0, end - first + 1].flatMap((value) => little(value, width));
  return [tag, ...little(3 + values.length, 2), type, FIXED, specific, ...values];
}

export function busNumbers(first: number, end: number): Aml {
  return space(0x88, 2, BUS, 0, first, end);
}

export function portWindow(first: number, end: number): Aml {
  return space(0x88, 2, IO, ENTIRE_RANGE, first, end);
}

export function memoryWindow(first: number, end: number, cacheable = false): Aml {
  const specific = cacheable ? CACHEABLE_WRITABLE : UNCACHED_WRITABLE;
  return end < 2 ** 32 ? space(0x87, 4, MEMORY, specific, first, end) : space(0x8a, 8, MEMORY, specific, first, end);
}
