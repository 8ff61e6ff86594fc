// The oracle: oracle.c under Debian's qemu-riscv64. Only for recording.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Case, CODE, DATA_BYTES, MORE, type Outcome } from "./cases.js";

const SOURCE = fileURLToPath(new URL("oracle.c", import.meta.url));
/** Another program than the one of the machine's own Debian. */
const QEMU = process.env.QEMU_RISCV64 ?? "qemu-riscv64";
const MORE_AT = 16 + 8 * 64 + DATA_BYTES;
const RECORD = MORE_AT + 4 * (MORE + 1);
/** QEMU that has all extensions of ours in its -cpu max. */
const FIRST_WITH_ALL = 10;
const NEW_CPU = "max";
const OLD_CPU = "rv64,zba=on,zbb=on,zbc=on,zbs=on,zbkb=on,Zfh=on";
const ILLEGAL = 1n << 63n;
const OTHER = 1n << 62n;

export class Oracle {
  private readonly folder = mkdtempSync(join(tmpdir(), "riscv-oracle-"));
  private readonly program = join(this.folder, "oracle");

  constructor(private readonly cpu = NEW_CPU) {
    const flags = ["-static", "-O1", "-fno-stack-protector", "-Wl,--no-relax", "-o", this.program, SOURCE];
    const { status } = spawnSync("riscv64-linux-gnu-gcc", flags, { stdio: "inherit" });
    if (status !== 0) throw new Error("no compiler for riscv64 (gcc-riscv64-linux-gnu)");
  }

  /** Extensions that it may lack are those of `newer`. */
  static open(): { oracle: Oracle; newer: boolean } | undefined {
    const version = /version (\d+)/.exec(spawnSync(QEMU, ["--version"], { encoding: "utf8" }).stdout ?? "");
    if (!version || spawnSync("riscv64-linux-gnu-gcc", ["--version"]).status !== 0) return undefined;
    const newer = Number(version[1]) >= FIRST_WITH_ALL;
    return { oracle: new Oracle(newer ? NEW_CPU : OLD_CPU), newer };
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  run(cases: readonly Case[]): Outcome[] {
    const input = Buffer.alloc(RECORD * cases.length);
    cases.forEach(({ raw, more = [], fcsr, x, f, data }, k) => {
      const at = k * RECORD;
      input.writeUInt32LE(raw >>> 0, at);
      input.writeUInt32LE(fcsr, at + 8);
      x.forEach((value, n) => void input.writeBigUInt64LE(value, at + 16 + 8 * n));
      f.forEach((value, n) => void input.writeBigUInt64LE(value, at + 272 + 8 * n));
      input.set(data, at + 528);
      more.forEach((word, n) => void input.writeUInt32LE(word >>> 0, at + MORE_AT + 4 * n));
    });
    const { status, stdout, stderr } = spawnSync(QEMU, ["-cpu", this.cpu, this.program], {
      input,
      maxBuffer: 2 ** 30,
    });
    if (status !== 0 || stdout.length !== input.length)
      throw new Error(`the oracle ended after ${stdout.length / RECORD} cases: ${stderr}`);
    return cases.map((_, k) => {
      const at = k * RECORD;
      const pc = stdout.readBigUInt64LE(at);
      if (pc & OTHER) throw new Error(`case ${k} faulted at ${pc.toString(16)}`);
      const words = (from: number) =>
        BigUint64Array.from({ length: 32 }, (_, n) => stdout.readBigUInt64LE(at + from + 8 * n));
      return {
        pc: Number(pc & ~ILLEGAL) - CODE,
        illegal: (pc & ILLEGAL) !== 0n,
        x: words(16),
        f: words(272),
        fcsr: stdout.readUInt32LE(at + 8),
        data: Uint8Array.from(stdout.subarray(at + 528, at + MORE_AT)),
      };
    });
  }
}

/** Where QEMU is wrong. */
export function corrected(mnemonic: string, { raw, x }: Case, outcome: Outcome): Outcome {
  // CTZW is of the lower word (Zbb): where that is 0, QEMU 7.2 counts on.
  const rd = (raw >>> 7) & 31;
  const low = x[(raw >>> 15) & 31]! & 0xffffffffn;
  if (mnemonic === "ctzw" && low === 0n && rd !== 0) outcome.x[rd] = 32n;
  return outcome;
}
