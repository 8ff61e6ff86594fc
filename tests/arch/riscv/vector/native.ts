// The oracle: oracle.c under Debian's qemu-riscv64. Only for recording.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CODE } from "../corpus/cases.js";
import { type Case, type Outcome, REGISTER_BYTES, WINDOW_BYTES } from "./cases.js";

const SOURCE = fileURLToPath(new URL("oracle.c", import.meta.url));
const HEAD = 48;
const X = HEAD;
const F = X + 256;
const V = F + 256;
const DATA = V + REGISTER_BYTES;
const RECORD = DATA + WINDOW_BYTES;
/** Of all cases of a row. */
const MOST_MS = 60_000;
const ILLEGAL = 1n << 63n;
const FAULT = 1n << 62n;
/** 10.0, of bookworm-backports or trixie, where it is not the machine's own: 7.2 ends itself at conversions towards zero, and judges vstart when
 *  it translates. */
const QEMU = [process.env.QEMU_RISCV64 ?? "qemu-riscv64", "zfh=off"] as const;
/** 7.2, Debian 12's own: 10.0 ends itself at fault-only-first and whole-register accesses that cross pages. */
const OLDER = ["qemu-riscv64", "Zfh=off"] as const;
const FIRST = 10;
const OLD = 7;
const CPU = "rv64,v=on,vext_spec=v1.0,vlen=128,elen=64";

const programOf = (mnemonic: string) => (/ff.v$|^v[ls][1248]r/.test(mnemonic) ? OLDER : QEMU);

/** The first number; 0: it is not there. */
function versionOf(program: string): number {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return Number(/version (\d+)/.exec(stdout ?? "")?.[1] ?? 0);
}

export class Oracle {
  private readonly folder = mkdtempSync(join(tmpdir(), "riscv-vectors-"));
  private readonly program = join(this.folder, "oracle");
  private readonly haveOlder = versionOf(OLDER[0]) === OLD;

  constructor() {
    const flags = ["-static", "-O1", "-fno-stack-protector", "-Wl,--no-relax", "-o", this.program, SOURCE];
    const { status } = spawnSync("riscv64-linux-gnu-gcc", flags, { stdio: "inherit" });
    if (status !== 0) throw new Error("no compiler for riscv64 (gcc-riscv64-linux-gnu)");
  }

  /** Where there are a compiler and a QEMU that can judge. */
  static open(): Oracle | undefined {
    const compiler = spawnSync("riscv64-linux-gnu-gcc", ["--version"]).status === 0;
    return compiler && versionOf(QEMU[0]) >= FIRST ? new Oracle() : undefined;
  }

  /** Whether it can judge a row. */
  judges(mnemonic: string): boolean {
    return programOf(mnemonic) === QEMU || this.haveOlder;
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** All of one row. */
  run(mnemonic: string, cases: readonly Case[]): Outcome[] {
    const input = Buffer.alloc(RECORD * cases.length);
    cases.forEach((one, k) => {
      const at = k * RECORD;
      input.writeUInt32LE(one.raw >>> 0, at);
      const head = [one.fcsr, one.vl, one.vtype, one.vstart, one.vcsr].map(BigInt);
      head.forEach((value, n) => void input.writeBigUInt64LE(value, at + 8 + 8 * n));
      one.x.forEach((value, n) => void input.writeBigUInt64LE(value, at + X + 8 * n));
      one.f.forEach((value, n) => void input.writeBigUInt64LE(value, at + F + 8 * n));
      input.set(one.v, at + V);
      input.set(one.data, at + DATA);
    });
    const [program, without] = programOf(mnemonic);
    const options = { input, maxBuffer: 2 ** 30, timeout: MOST_MS, killSignal: "SIGKILL" as const };
    const { status, stdout, stderr } = spawnSync(program, ["-cpu", `${CPU},${without}`, this.program], options);
    if (status !== 0 || stdout.length !== input.length)
      throw new Error(`${mnemonic}: the oracle ended after ${stdout.length / RECORD} cases: ${stderr}`);
    return cases.map((_, k) => {
      const at = k * RECORD;
      const word = (n: number) => stdout.readBigUInt64LE(at + 8 * n);
      const words = (from: number) =>
        BigUint64Array.from({ length: 32 }, (_, n) => stdout.readBigUInt64LE(at + from + 8 * n));
      return {
        pc: Number(word(0) & ~(ILLEGAL | FAULT)) - CODE,
        trap: word(0) & ILLEGAL ? "illegal" : word(0) & FAULT ? "fault" : "",
        fcsr: Number(word(1)),
        vl: Number(word(2)),
        vtype: word(3),
        vstart: Number(word(4)),
        vcsr: Number(word(5)),
        x: words(X),
        f: words(F),
        v: Uint8Array.from(stdout.subarray(at + V, at + DATA)),
        data: Uint8Array.from(stdout.subarray(at + DATA, at + RECORD)),
      };
    });
  }
}
