// What the monitor can see and do. The machine behind it is any that implements this.

export interface MonitorTarget {
  readonly version: string;
  /** -name. */
  readonly name: string;
  /** "running", or "paused" with the reason in parentheses. */
  status(): string;
  stop(): void;
  cont(): void;
  reset(): void;
  powerDown(): void;
  /** False: the guest does not sleep. */
  wakeUp(): boolean;
  nmi(): void;
  quit(): void;
  /** Reads of guest-physical memory, RAM and ROM; undefined where there is none. */
  readPhysical(address: number, length: number): Uint8Array | undefined;
  /** Guest-physical address of a virtual one, undefined where nothing is mapped. */
  translate(address: bigint): number | undefined;
  /** Value of a register by its name in expressions (without `$`), undefined for a name it does not know. */
  register(name: string): bigint | undefined;
  /** One instruction as text, or undefined when the bytes do not suffice. */
  disassemble(code: Uint8Array, address: bigint): { length: number; text: string } | undefined;
  /** Width of addresses in what the CPU runs now. */
  addressBits(): 16 | 32 | 64;
  /** Replaces the items of -d; a message when one is unknown. */
  setLog(items: string): string | undefined;
  /** Texts of `info TOPIC`, each with its line in the list of topics. */
  readonly topics: ReadonlyMap<string, Topic>;
}

export interface Topic {
  help: string;
  /** Lines end with "\n". */
  text(): string;
}
