// Random cases of V: both tiers, and qemu-riscv64 where it is there.

import type { CompiledRow } from "../../../../src/arch/riscv/frontend/row.js";
import type { Random } from "../../../../testing/random.js";
import { TIERS } from "../../../../testing/riscv/machine.js";
import { type Case, caseOf, textOf } from "./cases.js";
import { ROWS } from "./corpus.js";
import { corrected } from "./corrected.js";
import { Runner } from "./emulate.js";
import { Oracle } from "./native.js";

/** Of a row, one run of QEMU. */
const TOGETHER = 50;

export class VectorDifferential {
  private readonly runners = TIERS.map(({ name, tier1 }) => ({ name, runner: new Runner(tier1) }));
  private readonly oracle = Oracle.open();
  private readonly judged: ReadonlySet<string>;

  constructor() {
    const { oracle } = this;
    this.judged = new Set(ROWS.map(({ mnemonic }) => mnemonic).filter((name) => oracle?.judges(name)));
    process.once("exit", () => this.oracle?.close());
  }

  /** Texts of what was not the same, of so many cases. */
  differences(random: Random, count: number): string[] {
    const wrong: string[] = [];
    for (let n = 0; n < count; n += TOGETHER) {
      const row = random.pick(ROWS);
      const first = random.below(2 ** 24) * TOGETHER;
      const cases = Array.from({ length: Math.min(TOGETHER, count - n) }, (_, k) => caseOf(row, first + k));
      wrong.push(...this.ofRow(row, first, cases));
    }
    return wrong;
  }

  private ofRow(row: CompiledRow, first: number, cases: readonly Case[]): string[] {
    const [one, ...others] = this.runners.map(({ name, runner }) => ({
      name,
      texts: cases.map((input) => textOf(input, runner.run(input))),
    }));
    const judge = this.judged.has(row.mnemonic) ? this.oracle : undefined;
    const outcomes = judge?.run(row.mnemonic, cases);
    const texts = outcomes?.map((outcome, k) => textOf(cases[k]!, corrected(row, cases[k]!, outcome)));
    const right = texts ? { name: "qemu-riscv64", texts } : one!;
    return (texts ? [one!, ...others] : others).flatMap(({ name, texts: ours }) =>
      ours.flatMap((text, k) =>
        text === right.texts[k]
          ? []
          : [`${row.mnemonic} case ${first + k}: ${name} ${text}, ${right.name} ${right.texts[k]}`],
      ),
    );
  }
}
