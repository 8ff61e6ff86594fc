// Random instructions, one by one and in a row, on random operands: both tiers, and qemu-riscv64 where it is there.

import { type CompiledRow, compile } from "../../../../src/arch/riscv/frontend/row.js";
import { TABLES } from "../../../../src/arch/riscv/frontend/tables.js";
import type { Random } from "../../../../testing/random.js";
import { TIERS } from "../../../../testing/riscv/machine.js";
import { anything, boxed, type Case, caseOf, DATA_BYTES, encodingOf, integer, MORE, textOf } from "../corpus/cases.js";
import { ROWS } from "../corpus/corpus.js";
import { Runner } from "../corpus/emulate.js";
import { corrected, Oracle } from "../corpus/native.js";

/** A case, and of which row it is ("": of several). */
export interface Named {
  readonly mnemonic: string;
  readonly input: Case;
}

/** What qemu-riscv64 before 10.0 has not. */
const NEWER = /^(zfa|zicond|zacas|zabha|zawrs)/;
const NEW_NAMES = new Set(
  TABLES.filter(({ extension }) => NEWER.test(extension)).flatMap(({ rows }) =>
    rows.map(compile).map(({ mnemonic }) => mnemonic),
  ),
);

const isFloat = ({ operands }: CompiledRow): boolean => /\bf[ds]\d?\b/.test(operands);

/** The row with registers 8 to 15 alone: bits 4 and 3 of their fields are fixed. */
function fewRegisters(row: CompiledRow): CompiledRow {
  let { mask, match } = row;
  for (const name of ["rd", "rs1", "rs2", "rs3"] as const) {
    for (const { from } of row.fields.get(name)?.pieces ?? []) {
      mask |= 0x18 << from;
      match |= 8 << from;
    }
  }
  return { ...row, mask, match };
}

/** Cases of a row that follow one another. */
const TOGETHER = 25;

/** Random instructions one by one; of rows that compute with floating point alone, or of all. */
export class Differential {
  private readonly runners = TIERS.map(({ name, tier1 }) => ({ name, runner: new Runner(tier1) }));
  private readonly native = Oracle.open();
  private readonly rows: readonly CompiledRow[];
  private readonly plain: readonly CompiledRow[];

  constructor(only: "all" | "floats" = "all") {
    const known = ROWS.filter(({ mnemonic }) => !this.native || this.native.newer || !NEW_NAMES.has(mnemonic));
    this.rows = only === "all" ? known : known.filter((row) => isFloat(row) && !row.operands.includes("(rs1)"));
    // QEMU 10.0 loses the inexact flag of an FROUNDNX when other instructions follow it.
    this.plain = known.filter(
      ({ operands, mnemonic }) => !/\(rs1\)|target/.test(operands) && !/^(jalr|fence|fround)/.test(mnemonic),
    );
  }

  get besideQemu(): boolean {
    return this.native !== undefined;
  }

  close(): void {
    this.native?.oracle.close();
  }

  /** Rows at random, some cases of each. */
  *instructions(random: Random, count: number): Generator<Named> {
    for (let n = 0; n < count; n += TOGETHER) {
      const row = random.pick(this.rows);
      const first = random.below(2 ** 24) * TOGETHER;
      for (let k = 0; k < Math.min(TOGETHER, count - n); k++)
        yield { mnemonic: row.mnemonic, input: caseOf(row, first + k) };
    }
  }

  /** Instructions in a row that share registers, so that what one leaves another takes. */
  *programs(random: Random, count: number): Generator<Named> {
    for (let n = 0; n < count; n++) {
      const words = Array.from({ length: MORE + 1 }, () => encodingOf(fewRegisters(random.pick(this.plain)), random));
      const x = anything(random).map((value) => (random.below(2) ? value : integer(random)));
      x[0] = 0n;
      const f = anything(random).map((value) =>
        random.below(4) ? boxed(random, random.pick(["h", "s", "d"])) : value,
      );
      const data = Uint8Array.from({ length: DATA_BYTES }, () => random.below(256));
      const fcsr = (random.below(5) << 5) | random.below(32);
      yield { mnemonic: "", input: { raw: words[0]!, more: words.slice(1), x, f, fcsr, data } };
    }
  }

  /** Texts of what was not the same. */
  differences(cases: readonly Named[]): string[] {
    const inputs = cases.map(({ input }) => input);
    // QEMU 7.2 has CTZW of a zero word look at the upper half too, after some instructions and not alone: it is no judge of several.
    const judge = this.native?.newer || inputs.every(({ more }) => more === undefined) ? this.native : undefined;
    const expected = judge?.oracle
      .run(inputs)
      .map((outcome, k) => textOf(inputs[k]!, corrected(cases[k]!.mnemonic, inputs[k]!, outcome)));
    const [first, ...others] = this.runners.map(({ name, runner }) => ({
      name,
      texts: inputs.map((input) => textOf(input, runner.run(input))),
    }));
    const rights = expected ? { name: "qemu-riscv64", texts: expected } : first!;
    const all = expected ? [first!, ...others] : others;
    return all.flatMap(({ name, texts }) =>
      texts.flatMap((text, k) =>
        text === rights.texts[k] ? [] : [`${describe(cases[k]!)}: ${name} ${text}, ${rights.name} ${rights.texts[k]}`],
      ),
    );
  }
}

function describe({ mnemonic, input }: Named): string {
  const words = [input.raw, ...(input.more ?? [])].map((word) => (word >>> 0).toString(16)).join(" ");
  return `${mnemonic} ${words}`.trim();
}

/** One that is made when it is asked for first, and closed when the process ends. */
export function lazyDifferential(only?: "all" | "floats"): () => Differential {
  let differential: Differential | undefined;
  return () => {
    if (!differential) {
      differential = new Differential(only);
      process.once("exit", () => differential?.close());
    }
    return differential;
  };
}
