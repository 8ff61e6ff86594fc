// A machine that is saved at its prompt goes on in another one.

import { expect, it } from "vitest";
import { createMachine, type Machine, type MachineOptions } from "../../src/node/index.js";
import { INITRD, KERNEL } from "../../testing/guest.js";

const PATIENCE = 240_000;

const OPTIONS: MachineOptions = {
  arguments: ["-m", "256M", "-kernel", KERNEL, "-initrd", INITRD, "-append", "console=ttyS0 quiet"],
};

/** Types a line, and gives the first that matches of what comes. */
async function answer(machine: Machine, line: string, wanted: RegExp): Promise<string> {
  const writer = machine.console.writable.getWriter();
  const reader = machine.console.readable.getReader();
  try {
    await writer.write(new TextEncoder().encode(line));
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the console ended: ${text}`);
      text += new TextDecoder().decode(value);
      const found = wanted.exec(text);
      if (found) return found[0];
    }
  } finally {
    writer.releaseLock();
    reader.releaseLock();
  }
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Uint8Array.from(Buffer.concat(pieces));
}

it("goes on at the prompt, with what the shell knew; the saved machine does too", { timeout: PATIENCE }, async () => {
  const first = createMachine(OPTIONS);
  await first.start();
  await answer(first, "", /~ # /);
  await answer(first, "KEPT=wasma\n", /~ # /);
  const state = await bytesOf(await first.saveState());
  expect(await answer(first, 'echo "first-$KEPT"chine\n', /first-wasmachine/)).toBe("first-wasmachine");
  first.dispose();

  const second = createMachine({ ...OPTIONS, state });
  await second.start();
  expect(await answer(second, 'echo "second-$KEPT"chine\n', /second-wasmachine/)).toBe("second-wasmachine");
  second.dispose();

  const other = createMachine({ ...OPTIONS, state, arguments: ["-m", "128M", "-kernel", KERNEL] });
  const refused = await Promise.all([other.finished, other.start()]).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "ERR_STATE",
    message: "Saved state: 268435456 bytes of RAM, and this machine has 134217728",
  });

  const damaged = createMachine({ ...OPTIONS, state: state.subarray(0, state.length - 5) });
  await expect(damaged.start()).rejects.toMatchObject({
    code: "ERR_STATE",
    message: "Saved state: the file is damaged or cut off",
  });
});
