// Where in memory a Linux kernel begins that was built to lie anywhere (CONFIG_RANDOMIZE_BASE), physically and in its own
// mapping: what its decompressor decides when it unpacks the kernel itself (arch/x86/boot/compressed/kaslr.c of Linux).

import type { EntropySource } from "../../../devices/interfaces.js";
import type { LinuxHeader } from "./linux.js";

/** How far the kernel moves from where it was linked, in bytes. */
export interface Moved {
  physical: number;
  virtual: number;
}

export const UNMOVED: Moved = { physical: 0, virtual: 0 };

/** The kernel's mapping of its image (KERNEL_IMAGE_SIZE), in which it finds itself anywhere. */
const IMAGE_ROOM = 2 ** 30;

/**
 * @param commandLine `nokaslr` keeps the kernel in its place, `kaslr` moves it even when `usual` is false; where it names memory
 *   to be used or not (mem=, memmap=), the kernel stays at its physical address
 * @param end first address after the RAM that the kernel may occupy
 */
export function chooseBase(
  { prefAddress, initSize, alignment }: LinuxHeader,
  commandLine: string,
  usual: boolean,
  end: number,
  entropy: EntropySource,
): Moved {
  const words = commandLine.split(/\s+/);
  if (words.includes("nokaslr") || !(usual || words.includes("kaslr"))) return UNMOVED;
  const choose = (room: number): number => {
    const places = 1 + Math.max(0, Math.floor(room / alignment));
    return alignment * Math.floor((random32(entropy) / 2 ** 32) * places);
  };
  const fixed = words.some((word) => /^mem(map)?=/.test(word));
  return {
    physical: fixed ? 0 : choose(end - prefAddress - initSize),
    virtual: choose(IMAGE_ROOM - prefAddress - initSize),
  };
}

function random32(entropy: EntropySource): number {
  const bytes = new Uint8Array(4);
  entropy.fill(bytes);
  return new DataView(bytes.buffer).getUint32(0, true);
}
