import { describe, expect, it } from "vitest";
import { M_CODE32, M_CODE64, M_FLAT, M_LMA, M_PE } from "../layout.js";
import { X86Frontend } from "./translate.js";

const LONG = M_CODE64 | M_PE | M_LMA | M_FLAT;
const frontend = new X86Frontend("all");

function text(hex: string, mode = LONG, pcLo = 0x1000, pcHi = 0) {
  const code = Uint8Array.from(hex.split(" "), (b) => Number.parseInt(b, 16));
  return frontend.disassemble(code, pcLo, pcHi, mode);
}

describe("disassembler", () => {
  it.each([
    ["48 8b 44 8d f8", "mov -0x8(%rbp,%rcx,4),%rax"],
    ["83 44 24 08 01", "addl $0x1,0x8(%rsp)"],
    ["f0 48 0f b1 0d 10 00 00 00", "lock cmpxchg %rcx,0x10(%rip)"],
    ["f3 48 ab", "rep stos %rax,%es:(%rdi)"],
    ["40 88 f7", "mov %sil,%dil"],
    ["88 e7", "mov %ah,%bh"],
    ["64 48 8b 04 25 28 00 00 00", "mov %fs:0x28,%rax"],
    ["c3", "ret"],
  ])("%s", (hex, expected) => {
    expect(text(hex)).toEqual({ length: hex.split(" ").length, text: expected });
  });

  it("gives branch targets as addresses of the mode's width", () => {
    expect(text("e8 fb ff ff ff", LONG, 0xfffffff0 | 0, 0xffffffff | 0).text).toBe("call 0xfffffffffffffff0");
    expect(text("eb fe", LONG, 0, -1).text).toBe("jmp 0xffffffff00000000");
    expect(text("eb fe", M_CODE32 | M_PE, 0x10).text).toBe("jmp 0x10");
    expect(text("eb f0", 0, 4).text).toBe("jmp 0xfff6");
  });

  it("says what is no instruction", () => {
    expect(text("06")).toEqual({ length: 1, text: "(bad)" });
  });
});
