// A non-canonical address gives #SS(0) where the access is to the stack and #GP(0) elsewhere (Intel SDM volume 3, 6.15). The page walk does not
// know which it was, so the instruction is looked at, once, when the exception is delivered.

import { S_PC } from "../../../src/layout/vcpu";
import { RBP, RSP } from "../../../src/arch/x86/layout";
import { UNREADABLE, codeByte } from "./codebytes";

/** True where an access of the 64-bit instruction at S_PC to `va` is one to the stack segment. */
export function isStackAccess(cpu: i32, va: u64): bool {
  let at = load<u64>(cpu + S_PC);
  let rex = 0;
  let overridden = false;
  let byte = codeByte(cpu, at);
  for (let i = 0; i < 14; i++) {
    if (byte == 0x64 || byte == 0x65) overridden = true;
    else if (byte >= 0x40 && byte <= 0x4f) rex = byte;
    else if (
      !(
        byte == 0x26 ||
        byte == 0x2e ||
        byte == 0x36 ||
        byte == 0x3e ||
        byte == 0x66 ||
        byte == 0x67 ||
        byte == 0xf0 ||
        byte == 0xf2 ||
        byte == 0xf3
      )
    )
      break;
    if (byte < 0x40 || byte > 0x4f) rex = 0;
    byte = codeByte(cpu, ++at);
  }
  // ENTER touches frames as far as 31 levels away, and nothing but the stack.
  if (byte == 0xc8) return true;
  const near = va - load<u64>(cpu + RSP) + 64 < 128;
  if (pushesOrPops(byte)) return near || (byte == 0xc9 && va - load<u64>(cpu + RBP) < 8);
  if (byte == 0x0f) {
    byte = codeByte(cpu, ++at);
    if (byte == 0xa0 || byte == 0xa1 || byte == 0xa8 || byte == 0xa9) return true;
    if (byte == 0x38 || byte == 0x3a) ++at;
  } else if (byte == 0xc4 || byte == 0xc5) {
    // VEX: the three-byte form holds the inverted B bit.
    if (byte == 0xc4) rex = codeByte(cpu, at + 1) & 0x20 ? 0 : 1;
    at += byte == 0xc4 ? 3 : 2;
  } else if ((byte >= 0xa0 && byte <= 0xaf) || (byte >= 0x6c && byte <= 0x6f) || byte == 0xd7) return false;
  else if ((byte == 0xff || byte == 0x8f) && near) return true;
  const modrm = codeByte(cpu, ++at);
  if (modrm == UNREADABLE || modrm >= 0xc0 || overridden || (rex & 1) != 0) return false;
  const mod = modrm >> 6;
  const rm = modrm & 7;
  if (rm == 5) return mod != 0;
  if (rm != 4) return false;
  const base = codeByte(cpu, ++at) & 7;
  return base == 4 || (base == 5 && mod != 0);
}

/** PUSH, POP, PUSHF, POPF, CALL, RET, LEAVE, far RET without a ModRM byte. */
function pushesOrPops(opcode: i32): bool {
  return (
    (opcode >= 0x50 && opcode <= 0x5f) ||
    opcode == 0x68 ||
    opcode == 0x6a ||
    opcode == 0x9c ||
    opcode == 0x9d ||
    opcode == 0xc2 ||
    opcode == 0xc3 ||
    opcode == 0xc9 ||
    opcode == 0xca ||
    opcode == 0xcb ||
    opcode == 0xe8
  );
}
