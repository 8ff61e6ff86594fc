// Domain names as DNS and DHCP write them.

import { encodeText } from "../../base/text.js";

/** Names one behind the other; those that cannot be one are left out. */
export function encodeNames(names: readonly string[]): Uint8Array {
  return Uint8Array.from(names.flatMap((name) => encodeName(name) ?? []));
}

function encodeName(name: string): number[] | undefined {
  const labels = name
    .replace(/\.$/, "")
    .split(".")
    .map((label) => encodeText(label));
  if (labels.some(({ length }) => length === 0 || length > 63)) return undefined;
  return [...labels.flatMap((label) => [label.length, ...label]), 0];
}
