// Operand sets and their outcomes as the table of vendors sees them.

import type { Execution, State } from "../vendors/execution.js";
import type { Job } from "./batch.js";
import {
  FX_MXCSR,
  FX_XMM,
  IN_GPR,
  IN_MXCSR,
  IN_STATE,
  INPUT,
  INSTRUCTION,
  OUT_FLAGS,
  OUT_GPR,
  OUT_MXCSR,
  OUT_STATE,
  STATE_BYTES,
} from "./layout.js";
import { holds } from "./readers.js";

/** Where an operand set or an outcome keeps its parts: offsets in bytes. */
interface Places {
  gpr: number;
  mxcsr: number;
  state: number;
}

const BEFORE: Places = { gpr: IN_GPR, mxcsr: IN_MXCSR, state: IN_STATE };
const AFTER: Places = { gpr: OUT_GPR, mxcsr: OUT_MXCSR, state: OUT_STATE };

class SetState implements State {
  private readonly window: number;
  private readonly memoryBytes: DataView;

  /** `words[from]` begins the operand set or outcome, `memory` has the operand sets with their memory. */
  constructor(
    private readonly job: Job,
    private readonly places: Places,
    private readonly words: Uint32Array,
    private readonly from: number,
    memory: Uint32Array,
    private readonly set: number,
  ) {
    this.window = set * job.loop.inStride + IN_STATE + STATE_BYTES[job.encoding.state];
    this.memoryBytes = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  }

  private word(offset: number): number {
    return this.from + offset / 4;
  }

  gpr(n: number): bigint {
    const at = this.word(this.places.gpr + 8 * n);
    return (BigInt(this.words[at + 1]!) << 32n) | BigInt(this.words[at]!);
  }

  setGpr(n: number, value: bigint): void {
    const at = this.word(this.places.gpr + 8 * n);
    this.words[at] = Number(value & 0xffffffffn);
    this.words[at + 1] = Number(value >> 32n);
  }

  flags(): number {
    throw new Error(`${this.job.encoding.name} has its flags from another instruction`);
  }

  setFlags(mask: number, value: number): void {
    const at = this.word(OUT_FLAGS);
    const { condition } = this.job.encoding.reader;
    if (condition < 0) this.words[at] = (this.words[at]! & ~mask) | (value & mask);
    else this.words[at] = Number(holds(condition, value));
  }

  xmm(n: number): Uint32Array {
    const at = this.word(this.places.state + (this.job.encoding.state === "fx" ? FX_XMM : 0) + 16 * n);
    return this.words.subarray(at, at + 4);
  }

  mxcsr(): number {
    const { places } = this;
    return this.words[this.word(this.job.encoding.state === "fx" ? places.state + FX_MXCSR : places.mxcsr)]!;
  }

  /** Memory at fixed addresses is loaded from the window before, and stored to it after. */
  private offset(address: bigint): number {
    const { encoding } = this.job;
    if (encoding.memory === "fixed") return this.window + Number(address) - ((encoding.address & ~15) - 16);
    return Number(address) - INPUT;
  }

  read(address: bigint, size: number): bigint {
    const at = this.offset(address);
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(this.memoryBytes.getUint8(at + k));
    return value;
  }

  write(address: bigint, size: number, value: bigint): void {
    const at = this.offset(address);
    for (let k = 0; k < size; k++) this.memoryBytes.setUint8(at + k, Number((value >> BigInt(8 * k)) & 255n));
  }

  fault(vector: number): void {
    throw new Error(
      `exception ${vector} of ${this.job.encoding.name}, operand set ${this.set}: operands are chosen so that none faults`,
    );
  }

  goto(): void {
    throw new Error(`${this.job.encoding.name}: branches have no prefix that vendors read in other ways`);
  }
}

/** What became of operand set number `set`, in buffers of outcomes and of operand sets with their memory. */
export function execution(job: Job, set: number, output: Uint32Array, memory: Uint32Array): Execution {
  const { encoding, input, loop } = job;
  return {
    name: encoding.name,
    insn: encoding.insn,
    code64: true,
    at: BigInt(INSTRUCTION),
    code: encoding.code,
    before: new SetState(job, BEFORE, input, (set * loop.inStride) / 4, input, set),
    after: new SetState(job, AFTER, output, (set * loop.outStride) / 4, memory, set),
    faulted: false,
  };
}
