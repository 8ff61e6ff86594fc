// The corpus' cases as the table of vendors sees them.

import { DECODE_OK, Decoder, X86Insn } from "../../../../src/arch/x86/frontend/decoder.js";
import { DecodeTables, ROWS } from "../../../../src/arch/x86/frontend/tables.js";
import { M_CODE64, M_PE } from "../../../../src/arch/x86/layout.js";
import type { Execution, State } from "../vendors/execution.js";
import { asMachine, asVendor, vendorRows } from "../vendors/table.js";
import type { Vendor } from "../vendors/vendor.js";
import { CODE, DATA, type Input, type Output, PAGES } from "./state.js";

const COMPLETED = 0xffffffff;
const BREAKPOINT = 3;
const INT3 = 0xcc;
const PAGE_FAULT = 14;
/** Error code: a program's fetch, nothing present. */
const USER_FETCH = 0x14;
const FX_MXCSR = 24;
const FX_XMM = 160;
const decoder = new Decoder(new DecodeTables(ROWS, "all"));

/** What an input and an output have in common. */
interface Image {
  gpr: BigUint64Array;
  rflags: bigint;
  fx: Uint8Array;
  data: Uint8Array;
}

class CorpusState implements State {
  private readonly data: DataView;

  constructor(
    private readonly image: Image,
    private readonly input?: Input,
    private readonly output?: Output,
  ) {
    this.data = new DataView(image.data.buffer, image.data.byteOffset, image.data.length);
  }

  gpr(n: number): bigint {
    return this.image.gpr[n]!;
  }

  setGpr(n: number, value: bigint): void {
    this.image.gpr[n] = value;
  }

  flags(): number {
    return Number(this.image.rflags & 0x8d5n);
  }

  setFlags(mask: number, value: number): void {
    this.image.rflags = (this.image.rflags & ~BigInt(mask)) | BigInt(value & mask);
  }

  xmm(n: number): Uint32Array {
    const { fx } = this.image;
    return new Uint32Array(fx.buffer, fx.byteOffset + FX_XMM + 16 * n, 4);
  }

  mxcsr(): number {
    const { fx } = this.image;
    return new DataView(fx.buffer, fx.byteOffset).getUint32(FX_MXCSR, true);
  }

  read(address: bigint, size: number): bigint {
    const at = Number(address) - DATA;
    if (at < 0 || at + size > this.data.byteLength) return 0n;
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(this.data.getUint8(at + k));
    return value;
  }

  write(address: bigint, size: number, value: bigint): void {
    const at = Number(address) - DATA;
    for (let k = 0; k < size; k++) this.data.setUint8(at + k, Number((value >> BigInt(8 * k)) & 255n));
  }

  fault(vector: number, error: number, rip: bigint): void {
    const output = this.output!;
    output.trap = vector;
    output.error = error;
    output.rip = rip;
    output.cr2 = 0n;
  }

  /** INT3 is all around the instruction, and nothing is mapped elsewhere. */
  goto(rip: bigint): void {
    const { at, code } = this.input!;
    const offset = Number(rip) - CODE;
    const output = this.output!;
    if (offset < 0 || offset >= PAGES) {
      this.fault(PAGE_FAULT, USER_FETCH, rip);
      output.cr2 = rip;
    } else if (offset === at + code.length) {
      output.trap = COMPLETED;
      output.rip = rip;
    } else if (offset >= at && code[offset - at] !== INT3 && offset < at + code.length)
      throw new Error("a branch into the middle of itself has no outcome");
    else this.fault(BREAKPOINT, 0, rip + 1n);
  }
}

/** The translator's mode of the corpus' code. */
const LONG_MODE = M_CODE64 | M_PE;

/** Undefined where the bytes are no instruction. */
function execution(name: string, input: Input, output: Output, mode: number): Execution | undefined {
  const insn = new X86Insn();
  const { code } = input;
  const at = BigInt(CODE + input.at);
  if (decoder.decode(insn, code, 0, code.length, mode) !== DECODE_OK) return undefined;
  return {
    name,
    insn,
    code64: (mode & M_CODE64) !== 0,
    at,
    code,
    before: new CorpusState(input),
    after: new CorpusState(output, input, output),
    faulted: output.trap !== COMPLETED && output.trap !== BREAKPOINT,
    refused: output.trap !== COMPLETED && output.rip === at ? output.trap : undefined,
  };
}

function copy(output: Output): Output {
  return { ...output, gpr: output.gpr.slice(), fx: output.fx.slice(), data: output.data.slice() };
}

/** The outcome that a vendor's processors have where our machine (or another processor) has `output`; undefined: not known. */
export function outcomeOf(
  vendor: Vendor,
  name: string,
  input: Input,
  output: Output,
  mode = LONG_MODE,
): Output | undefined {
  const rows = vendorRows(name);
  if (rows.length === 0) return output;
  const changed = copy(output);
  const x = execution(name, input, changed, mode);
  const found = x ? asVendor(rows, x, vendor) : "same";
  if (found === "unknown") return undefined;
  return found === "same" ? output : changed;
}

/** What the table says that our machine does. */
export function machineOutcome(name: string, input: Input, output: Output): Output {
  const rows = vendorRows(name);
  if (rows.length === 0) return output;
  const changed = copy(output);
  const x = execution(name, input, changed, LONG_MODE);
  if (x) asMachine(rows, x);
  return changed;
}
