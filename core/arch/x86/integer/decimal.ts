// DAA DAS AAA AAS (Intel SDM volume 2). Flags the manual leaves undefined are as processors of both vendors give them
// where they agree, else 0.

import { S_RET2 } from "../../../../src/layout/vcpu";
import { F_AF, F_CF, F_PF, F_SF, F_ZF } from "../../../../src/arch/x86/layout";

function resultFlags(al: i32): i32 {
  let flags = popcnt<u32>(al) & 1 ? 0 : F_PF;
  if (al == 0) flags |= F_ZF;
  if (al & 0x80) flags |= F_SF;
  return flags;
}

/** AX, EFLAGS, opcode: AX; EFLAGS to S_RET2. */
export function x86_bcd(cpu: i32, a: i64, flags: i64, opcode: i64): i64 {
  let ax = <i32>a;
  let al = ax & 0xff;
  const low = (al & 15) > 9 || (flags & F_AF) != 0;
  let after: i32;
  if (opcode == 0x27 || opcode == 0x2f) {
    const sign = opcode == 0x27 ? 1 : -1;
    let carry = (flags & F_CF) != 0;
    const high = al > 0x99 || carry;
    carry = high;
    if (low) {
      if (opcode == 0x2f && al < 6) carry = true;
      al += 6 * sign;
    }
    if (high) al += 0x60 * sign;
    al &= 0xff;
    after = resultFlags(al) | (low ? F_AF : 0) | (carry ? F_CF : 0);
    ax = (ax & 0xff00) | al;
  } else {
    if (low) ax = opcode == 0x37 ? ax + 0x106 : ax - 0x106;
    ax &= 0xff0f;
    after = resultFlags(ax & 0xff) | (low ? F_AF | F_CF : 0);
  }
  store<i64>(cpu + S_RET2, after);
  return ax;
}
