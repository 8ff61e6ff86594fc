// INT 13h, disks: there are none that a BIOS could reach, and every call says so.

import type { GuestMemory } from "../../../../devices/interfaces.js";
import type { Caller } from "../caller.js";
import { DISK_STATUS } from "../data-area.js";

const RESET = 0x00;
const LAST_STATUS = 0x01;
const INVALID = 0x01;
const HARD_DISK = 0x80;

export function diskService(memory: GuestMemory, caller: Caller): void {
  const { ah } = caller;
  if (ah === LAST_STATUS) {
    const status = memory.readU16(DISK_STATUS) & 0xff;
    caller.ah = status;
    caller.carry = status !== 0;
    return;
  }
  // The controller can be reset without a drive.
  const fine = ah === RESET && (caller.dx & 0xff) < HARD_DISK;
  memory.writeU8(DISK_STATUS, fine ? 0 : INVALID);
  if (fine) caller.succeed();
  else caller.fail(INVALID);
}
