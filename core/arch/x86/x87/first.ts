// Which of two exceptions an x87 instruction raises: one that waits reports a pending x87 exception (#MF) before it looks at its memory operand
// (Intel SDM volume 3, 6.9). Its helper looks after the load, so a fault of the load is looked at once more when it is delivered.

import { M_CODE64, X_CR2, X_CR2_BEFORE, X_EXC_VECTOR } from "../../../../src/arch/x86/layout";
import { codeAddress, mode } from "../../../engine/state";
import { V_AC, V_GP, V_PF, V_SS } from "../bits";
import { codeByte } from "../codebytes";
import { SW_ES, fsw, waits } from "./state";

/** Raises #MF instead of the pending fault of a memory operand where the instruction had to raise it first. */
export function settleWaiting(cpu: i32): void {
  if ((fsw(cpu) & SW_ES) == 0) return;
  const vector = load<i32>(cpu + X_EXC_VECTOR);
  if (vector != V_PF && vector != V_GP && vector != V_SS && vector != V_AC) return;
  const at = codeAddress(cpu);
  // The fault may be of the instruction's own bytes, in the next page.
  if (vector == V_PF && load<u64>(cpu + X_CR2) - at < 16) return;
  if (isWaiting(cpu, at) && waits(cpu) && vector == V_PF) store<u64>(cpu + X_CR2, load<u64>(cpu + X_CR2_BEFORE));
}

/** An x87 instruction with a memory operand, other than FNSTENV, FNSTCW, FNSAVE and FNSTSW. */
function isWaiting(cpu: i32, at: u64): bool {
  const code64 = (mode(cpu) & M_CODE64) != 0;
  let byte = codeByte(cpu, at);
  for (let i = 0; i < 14 && isPrefix(byte, code64); i++) byte = codeByte(cpu, ++at);
  if ((byte & 0xf8) != 0xd8) return false;
  const modrm = codeByte(cpu, at + 1);
  if (modrm < 0 || modrm >= 0xc0) return false;
  return !((byte == 0xd9 || byte == 0xdd) && ((modrm >> 3) & 7) >= 6);
}

function isPrefix(byte: i32, code64: bool): bool {
  if (code64 && byte >= 0x40 && byte <= 0x4f) return true;
  return (
    byte == 0x26 ||
    byte == 0x2e ||
    byte == 0x36 ||
    byte == 0x3e ||
    (byte >= 0x64 && byte <= 0x67) ||
    byte == 0xf2 ||
    byte == 0xf3
  );
}
