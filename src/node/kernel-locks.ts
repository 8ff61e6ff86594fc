// Locks of other programs on a file, as Linux lists them in /proc/locks. QEMU says with read locks of single bytes what it
// does with an image and what it lets others do (its docs: block/file-posix.c, "locking"); virtual machine monitors of
// other makers lock the file as a whole.

import * as fs from "node:fs";

/** Byte 100 + n: the holder has permission n; byte 200 + n: it lets nobody else have it. */
const HAS = 100;
const FORBIDS = 200;
const READ = 0;
const WRITE = 1;
const RESIZE = 3;
const PERMISSIONS = 4;

interface Lock {
  readonly kind: string;
  readonly write: boolean;
  readonly start: number;
  readonly end: number;
}

/** The lines of /proc/locks about the file that the kernel calls `file` ("fe:00:1234"). */
export function locksOn(file: string, text: string): Lock[] {
  const locks: Lock[] = [];
  for (const line of text.split("\n")) {
    // "1: OFDLCK ADVISORY  READ -1 fe:00:1234 100 101"; "->" marks one that is waited for.
    const match = /^\d+: +(\w+) +\w+ +(READ|WRITE|RW) +-?\d+ +(\S+) +(\d+) +(\d+|EOF)$/.exec(line.trim());
    if (!match || match[3] !== file) continue;
    const end = match[5] === "EOF" ? Number.POSITIVE_INFINITY : Number(match[5]);
    locks.push({ kind: match[1]!, write: match[2] !== "READ", start: Number(match[4]), end });
  }
  return locks;
}

/** Whether other programs' locks forbid to write a file, or (`shared`) to read it while nobody writes it. */
export function forbidden(locks: readonly Lock[], shared: boolean): boolean {
  // Those of flock() are the kernel's to judge.
  return locks.filter(({ kind }) => kind === "POSIX" || kind === "OFDLCK").some((lock) => conflicts(lock, shared));
}

function conflicts({ write, start, end }: Lock, shared: boolean): boolean {
  if (write) return true;
  const covers = (byte: number): boolean => start <= byte && byte <= end;
  const within = (first: number): boolean => start >= first && end < first + PERMISSIONS;
  // A reader that is not QEMU.
  if (!within(HAS) && !within(FORBIDS)) return !shared;
  if (covers(HAS + WRITE) || covers(HAS + RESIZE) || covers(FORBIDS + READ)) return true;
  return !shared && (covers(FORBIDS + WRITE) || covers(FORBIDS + RESIZE));
}

/** What the kernel calls the file of an open descriptor that has a lock of flock(); undefined where it does not say. */
export function nameInKernel(fd: number): string | undefined {
  const text = readProc(`/proc/self/fdinfo/${fd}`);
  return text === undefined ? undefined : /^lock:.* FLOCK .* (\S+) 0 EOF$/m.exec(text)?.[1];
}

/** A file of /proc; undefined where there is none. */
export function readProc(path: string): string | undefined {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The processes, besides this one, that have a file open, as far as one may know: "1234 (qemu-system-x86)". */
export function holders(file: { readonly dev: number; readonly ino: number }): string[] {
  const found: string[] = [];
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const folder = `/proc/${pid}/fd`;
    if (list(folder).some((fd) => isFile(`${folder}/${fd}`, file))) {
      found.push(`${pid} (${readProc(`/proc/${pid}/comm`)?.trim() ?? "?"})`);
    }
  }
  return found;
}

function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string, { dev, ino }: { readonly dev: number; readonly ino: number }): boolean {
  try {
    const stat = fs.statSync(path);
    return stat.ino === ino && stat.dev === dev;
  } catch {
    return false;
  }
}
