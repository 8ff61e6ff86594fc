// What the bench asks of an emulator, and how the guest's figures look on its console.

/** One benchmark's figure, as the guest printed it (bench/src/main.c). */
export interface Figure {
  value: number;
  unit: string;
  batches: number;
  /** Seconds measured and CPU seconds of the process, both by the guest's clock. */
  seconds: number;
  guestCpu: number;
  /** Time of the first batch in means. */
  cold: number;
  sum: string;
  wrong: boolean;
  /** CPU seconds of the emulator over the benchmark's wall time: well below 1 means that the host was busy with other things. */
  load?: number;
}

/** Megabytes: of the process, and what is left without the memory the guest's RAM is in, which grows with what the guest touches. */
export interface Memory {
  resident: number;
  emulator: number;
}

/** A booted guest at its prompt. */
export interface Session {
  /** Milliseconds from the start of the emulator to GUEST-READY. */
  readonly ready: number;
  run(benchmark: string, seconds: number): Promise<Figure>;
  /** Resident memory, where that can be told. */
  memory?(): Memory;
  close(): Promise<void>;
}

export interface Emulator {
  readonly name: string;
  /** What was measured, for the table's notes. */
  readonly version: string;
  boot(): Promise<Session>;
  /** After the last session. */
  close?(): Promise<void>;
}

export const READY = "GUEST-READY";
export const PROMPT = "~ #";
/** A boot that takes longer has failed, milliseconds. */
export const BOOT_PATIENCE = 180_000;

/** Milliseconds after which a benchmark has failed: the slowest take seconds for one batch. */
export function patience(seconds: number): number {
  return 90_000 + 2000 * seconds;
}

/** What is typed at the prompt to run a benchmark. */
export function command(benchmark: string, seconds: number): string {
  return `/bench/${benchmark} ${seconds}`;
}

const FIGURE =
  /^BENCH (\S+) ([\d.e+-]+) (\S+) batches=(\d+) secs=([\d.]+) cpu=([\d.]+) cold=([\d.]+)x sum=([0-9a-f]+)(.*)$/m;

/** The figure in the guest's output of one benchmark; throws when there is none. */
export function figureOf(benchmark: string, text: string): Figure {
  const match = FIGURE.exec(text);
  if (!match || match[1] !== benchmark) {
    const lines = text.trim().split("\n").slice(-5).join(" | ");
    throw new Error(`${benchmark} printed no figure: ${lines}`);
  }
  return {
    value: Number(match[2]),
    unit: match[3]!,
    batches: Number(match[4]),
    seconds: Number(match[5]),
    guestCpu: Number(match[6]),
    cold: Number(match[7]),
    sum: match[8]!,
    wrong: match[9]!.includes("WRONG"),
  };
}
