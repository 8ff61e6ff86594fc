// The records of vector instructions as the table of vendors sees them.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import { DecodeTables, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE64, M_PE } from "../../../../src/arch/x86/layout.js";
import type { Execution, State } from "../vendors/execution.js";
import type { Instruction } from "./instructions.js";
import { IN_CODE, IN_MEM, IN_MXCSR, IN_XMM, OUT_MEM, OUT_MXCSR, OUT_SIGNAL, OUT_XMM } from "./records.js";

const RDI = 7;
/** RDI leads to a record's memory, wherever that is. */
const MEMORY = 0x10000n;
const decoder = new Decoder(new DecodeTables(ROWS, "all"));

class RecordState implements State {
  constructor(
    private readonly view: DataView,
    private readonly vectors: number,
    private readonly memory: number,
    private readonly control: number,
  ) {}

  gpr(n: number): bigint {
    if (n !== RDI) throw new Error(`register ${n} addresses nothing here`);
    return MEMORY;
  }

  setGpr(n: number): void {
    throw new Error(`register ${n} is not a vector`);
  }

  flags(): number {
    throw new Error("no flags count here");
  }

  setFlags(): void {
    throw new Error("no flags are the vendor's here");
  }

  xmm(n: number): Uint32Array {
    return new Uint32Array(this.view.buffer, this.view.byteOffset + this.vectors + 16 * n, 4);
  }

  mxcsr(): number {
    return this.view.getUint32(this.control, true);
  }

  read(address: bigint, size: number): bigint {
    let value = 0n;
    for (let k = size - 1; k >= 0; k--)
      value = (value << 8n) | BigInt(this.view.getUint8(this.memory + Number(address - MEMORY) + k));
    return value;
  }

  write(address: bigint, size: number, value: bigint): void {
    for (let k = 0; k < size; k++)
      this.view.setUint8(this.memory + Number(address - MEMORY) + k, Number((value >> BigInt(8 * k)) & 255n));
  }

  fault(vector: number): void {
    throw new Error(`exception ${vector} is not the vendor's here`);
  }

  goto(): void {
    throw new Error("nothing branches here");
  }
}

/** The execution of the record at `input` + at, whose outcome is at `output` + at. */
export function execution(instruction: Instruction, input: DataView, output: DataView, at: number): Execution {
  const insn = new X86Insn();
  const { code } = instruction;
  const status = decoder.decode(insn, code, 0, code.length, M_CODE64 | M_PE);
  if (status !== DECODE_OK) throw new Error(`${instruction.name} cannot be decoded`);
  return {
    name: instruction.row[1],
    insn,
    code64: true,
    at: BigInt(IN_CODE),
    code,
    before: new RecordState(input, at + IN_XMM, at + IN_MEM, at + IN_MXCSR),
    after: new RecordState(output, at + OUT_XMM, at + OUT_MEM, at + OUT_MXCSR),
    faulted: output.getUint32(at + OUT_SIGNAL, true) !== 0,
  };
}
