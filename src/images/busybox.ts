// Finds out which applets a busybox binary of any architecture has, without running it: their names stand in it one
// after the other, each ended by a NUL, beginning with "[" and "[[". What stands before them need not be a string.

const FIRST = new TextEncoder().encode("[\0[[\0");

/** Applet names in the order of the binary; empty when the table is not found. */
export function applets(binary: Uint8Array): string[] {
  const bytes = Buffer.from(binary.buffer, binary.byteOffset, binary.length);
  let at = bytes.indexOf(FIRST);
  if (at < 0) return [];
  const names: string[] = [];
  for (;;) {
    const end = bytes.indexOf(0, at);
    if (end <= at) return names;
    names.push(bytes.toString("latin1", at, end));
    at = end + 1;
  }
}
