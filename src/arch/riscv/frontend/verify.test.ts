// Whatever bytes stand there, the frontend builds well-formed IR: tier 1 relies on its types.

import { expect, it } from "vitest";
import { Random } from "../../../../testing/random.js";
import { IrBlock } from "../../../ir/block.js";
import { print } from "../../../ir/print.js";
import { verify } from "../../../ir/testing/verify.js";
import { M_CBO_ZERO, M_FRM, M_FS_ON, M_VS_ON, PRIV_MACHINE, PRIV_SUPERVISOR, PRIV_USER } from "../layout.js";
import { compile } from "./row.js";
import { TABLES } from "./tables.js";
import { RiscvFrontend } from "./translate.js";

const ALL = M_CBO_ZERO | M_FS_ON | M_VS_ON;
const MODES = [PRIV_USER, PRIV_SUPERVISOR | M_CBO_ZERO | M_FS_ON, PRIV_MACHINE | ALL, PRIV_MACHINE | ALL | M_FRM];
const ROWS = TABLES.flatMap(({ rows }) => rows.map(compile));
const CASES = 60_000;

it("builds well-formed IR for any bytes", () => {
  const seed = (Math.random() * 0x7fffffff) | 0;
  const random = new Random(seed);
  const frontend = new RiscvFrontend("all");
  const block = new IrBlock();
  const code = new Uint8Array(32);
  const view = new DataView(code.buffer);
  for (let k = 0; k < CASES; k++) {
    for (let at = 0; at < code.length; at += 4) {
      const { mask, match } = random.pick(ROWS);
      // Every second one is of a row; of the others most are compressed.
      const word = random.u32();
      view.setUint32(at, random.below(2) ? (word & ~mask) | match : word, true);
    }
    const mode = MODES[k % MODES.length]!;
    const result = frontend.translate(block, code, { mode, maxInsns: 4, pageBytes: 32, secondPage: false, entry: 0 });
    expect(result.status).toBe("ok");
    const faults = verify(block, frontend.helpers);
    if (faults.length === 0) continue;
    expect.fail(`seed ${seed}\n${faults.join("\n")}\n${print(block, frontend.helpers)}`);
  }
});

it("ends a block before an instruction that crosses into the next page, unless it is the first", () => {
  const frontend = new RiscvFrontend("all");
  const block = new IrBlock();
  // c.addi a0, 1; addi a0, a0, 1
  const code = Uint8Array.from([0x05, 0x05, 0x13, 0x05, 0x15, 0x00]);
  const options = { mode: 0, maxInsns: 8, pageBytes: 4, secondPage: false, entry: 0 };
  expect(frontend.translate(block, code, options).status).toBe("ok");
  expect([block.insns, block.bytes, block.crossesPage]).toEqual([1, 2, false]);
  const second = { ...options, start: 2, pageBytes: 2 };
  expect(frontend.translate(block, code, second).status).toBe("second-page");
  expect(frontend.translate(block, code, { ...second, maxInsns: 1, secondPage: true }).status).toBe("ok");
  expect([block.insns, block.bytes, block.crossesPage]).toEqual([1, 4, true]);
});
