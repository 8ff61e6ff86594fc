// Commands in a guest, many in a row and many at once: each has its own output, byte for byte, and its own status.

import { createHash } from "node:crypto";
import { createMachine } from "../../src/node/index.js";
import { agentBuilt } from "../../testing/agent.js";
import { GUEST } from "../../testing/guest.js";
import { Random } from "../../testing/random.js";
import setupGuest from "../../testing/setup-guest.js";
import { caseSeed, type Proof } from "./runner/proof.js";

const BATCH = 250;
/** So many at once, at the end of every tenth batch. */
const AT_ONCE = 200;
const OFTEN = 10 * BATCH;
const MEBIBYTES = 100;

type Machine = ReturnType<typeof createMachine>;
let machine: Machine | undefined;
/** One machine runs all batches that follow each other. */
let ending: NodeJS.Timeout | undefined;
const IDLE_MS = 3000;

function dispose(): void {
  machine?.dispose();
  machine = undefined;
}

async function booted(): Promise<Machine> {
  if (!machine) {
    machine = createMachine({
      arguments: '-m 512M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4"',
      filesUrl: GUEST,
    });
    await machine.start();
  }
  return machine;
}

/** A command with an output of every kind, and what has to come of it. */
function command(seed: number, number: number) {
  const random = new Random(caseSeed(seed, number));
  const input = Uint8Array.from({ length: random.below(3000) }, () => random.below(256));
  const hash = createHash("md5").update(input).digest("hex");
  const status = random.below(256);
  const lines = random.below(30);
  return {
    text: `md5sum; i=0; while [ $i -lt ${lines} ]; do echo ${number} >&2; i=$((i + 1)); done; exit ${status}`,
    input,
    expected: { stdout: `${hash}  -\n`, stderr: `${number}\n`.repeat(lines), exitCode: status, timedOut: false },
  };
}

async function one(seed: number, number: number): Promise<string | undefined> {
  const { text, input, expected } = command(seed, number);
  const result = await (await booted()).exec(text, { stdin: input });
  const wrong = Object.entries(expected).find(([name, value]) => result[name as keyof typeof result] !== value);
  return wrong && `command ${number}: ${wrong[0]} is ${JSON.stringify(result[wrong[0] as keyof typeof result])}`;
}

/** Much output, and a kill that leaves nothing. */
async function large(): Promise<string[]> {
  const failures: string[] = [];
  const guest = await booted();
  const { stdout, exitCode } = await guest.exec(`yes 0123456789abcde | head -c ${MEBIBYTES << 20}`);
  const line = "0123456789abcde\n";
  if (exitCode !== 0 || stdout.length !== MEBIBYTES << 20 || stdout !== line.repeat(stdout.length / line.length))
    failures.push(`${MEBIBYTES} MiB: ${stdout.length} bytes, exit status ${exitCode}`);
  await guest.exec("(setsid sh -c 'exec setsid sleep 54321' & ) ; sleep 54321", { timeout: 300 });
  const left = (await guest.exec("ps | grep -c '[s]leep 54321'")).stdout.trim();
  if (left !== "0") failures.push(`${left} processes are left of a command that was killed`);
  return failures;
}

export const proof: Proof = {
  name: "exec",
  proves: `of 10,000 commands in a row, ${AT_ONCE} at once and ${MEBIBYTES} MiB of output no byte is lost and no status mixed up`,
  total: 11_000,
  batch: BATCH,
  sample: 20,
  missing: () => (agentBuilt("x86_64") ? undefined : "there is no compiler for the agent of x86_64"),
  prepare: setupGuest,
  async run(seed, first, count) {
    clearTimeout(ending);
    try {
      const failures: (string | undefined)[] = [];
      const inRow = first % OFTEN === 0 ? Math.max(1, count - AT_ONCE) : count;
      for (let n = 0; n < inRow; n++) failures.push(await one(seed, first + n));
      const together = Array.from({ length: count - inRow }, (_, n) => one(seed, first + inRow + n));
      failures.push(...(await Promise.all(together)));
      if (count === BATCH && first % OFTEN === 0) failures.push(...(await large()));
      return failures.filter((failure) => failure !== undefined);
    } finally {
      ending = setTimeout(dispose, IDLE_MS);
    }
  },
};
