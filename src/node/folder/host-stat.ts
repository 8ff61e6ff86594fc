// How Node and the host have flags, times and attributes of files.

import * as fs from "node:fs";
import type { Attributes, Moment, OpenOptions } from "../../fs/interfaces.js";
import { unpackDevice } from "../../fs/mode.js";

export function hostFlags({ read, write, truncate, append }: OpenOptions): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_TRUNC, O_APPEND, O_NONBLOCK, O_NOCTTY } = fs.constants;
  const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
  // Whatever it turns out to be, it is not waited for.
  return access | (truncate && write ? O_TRUNC : 0) | (append ? O_APPEND : 0) | O_NONBLOCK | O_NOCTTY;
}

const NS = 1_000_000_000n;

function moment(ns: bigint): Moment {
  const seconds = ns / NS - (ns % NS < 0n ? 1n : 0n);
  return { seconds: Number(seconds), nanoseconds: Number(ns - seconds * NS) };
}

/** Node takes times as seconds, of which it uses whole microseconds: the middle of one is not rounded to another. */
export function seconds(wanted: Moment | "now" | undefined, old: bigint): number {
  if (wanted === "now") return Date.now() / 1000;
  const { seconds: whole, nanoseconds } = wanted ?? moment(old);
  return whole + (Math.floor(nanoseconds / 1000) + 0.5) / 1e6;
}

export function attributesOf(stat: fs.BigIntStats): Omit<Attributes, "id"> {
  const device = Number(stat.rdev);
  return {
    mode: Number(stat.mode),
    links: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    device: unpackDevice(device),
    size: Number(stat.size),
    blockSize: Number(stat.blksize),
    blocks: Number(stat.blocks),
    accessed: moment(stat.atimeNs),
    modified: moment(stat.mtimeNs),
    changed: moment(stat.ctimeNs),
    born: moment(stat.birthtimeNs),
    version: Number((stat.mtimeNs ^ (stat.ctimeNs << 7n)) & 0xffffffffn),
  };
}
