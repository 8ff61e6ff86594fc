// Sizes as qemu-img reads and writes them.

import { CommandError } from "../command.js";

const SUFFIXES = "bkmgtpe";
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** 10G, 1.5M, 4096. Throws CommandError. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([bkmgtpe]?)$/i.exec(text);
  const unit = match?.[2] ? SUFFIXES.indexOf(match[2].toLowerCase()) : 0;
  const size = match ? Number(match[1]) * 1024 ** unit : Number.NaN;
  if (!Number.isSafeInteger(Math.floor(size))) {
    throw new CommandError(
      `Invalid image size specified: '${text}'. You may use k, M, G, T, P or E suffixes for kilobytes, megabytes, gigabytes, terabytes, petabytes and exabytes.`,
    );
  }
  return Math.floor(size);
}

/** Whole sectors. */
export function parseDiskSize(text: string): number {
  return Math.ceil(parseSize(text) / 512) * 512;
}

/** 10 MiB: three digits, and the next unit from 1000 on. */
export function humanSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${UNITS[unit]}`;
}
