// Stores by devices.

import { physHost, ramPage } from "../physical";
import { codeBits, granules } from "./granules";
import { invalidateCode } from "./invalidate";

/** A device wrote [address, address+length) of guest-physical memory (in RAM): translated code there goes. */
export function dmaWritten(address: u32, high: u32, length: i32): void {
  let pa = <u64>address | ((<u64>high) << 32);
  while (length > 0) {
    const piece = min<i32>(length, 4096 - (<i32>pa & 0xfff));
    const host = physHost(pa);
    const page = host ? ramPage(host) : -1;
    if (page >= 0) {
      const bits = codeBits(page);
      if (bits != 0 && (bits & granules(host & 0xfff, (host & 0xfff) + piece)) != 0) invalidateCode(host, piece);
    }
    pa += piece;
    length -= piece;
  }
}
