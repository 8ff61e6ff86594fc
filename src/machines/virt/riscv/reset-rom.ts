// What a hart executes first: a0 is its number, a1 the device tree, a2 what firmware with dynamic information (OpenSBI's fw_dynamic, our
// own) wants to know; then it jumps to the firmware. The same as QEMU's virt has at this place.

import { Structure } from "../../../boot/bytes.js";
import { assemble } from "../sbi/assembler.js";
import { NUMBERS } from "../sbi/layout.js";

export interface ResetOptions {
  /** Where the firmware begins. */
  readonly firmware: number;
  readonly tree: number;
  /** Where the supervisor begins; 0: the firmware knows. */
  readonly next: number;
}

const CODE = `
  la t0, firmware
  la a2, dynamic
  csrr a0, mhartid
  ld a1, 8(t0)
  ld t0, 0(t0)
  jr t0
  .align 8
firmware:
  .space 16
dynamic:
  .space 48
`;

const VERSION = 2;
const SUPERVISOR = 1;

export function resetRom(address: number, { firmware, tree, next }: ResetOptions): Uint8Array {
  const { bytes, labels } = assemble(CODE, address);
  const at = labels.get("firmware")! - address;
  const dynamic = labels.get("dynamic")! - address;
  return new Structure(bytes.length)
    .put(0, bytes)
    .u64(at, firmware)
    .u64(at + 8, tree)
    .u64(dynamic, NUMBERS.DYNAMIC_MAGIC!)
    .u64(dynamic + 8, VERSION)
    .u64(dynamic + 16, next)
    .u64(dynamic + 24, SUPERVISOR).bytes;
}
