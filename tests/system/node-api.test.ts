// createMachine() in Node: boots Linux in a thread, by its streams.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createMachine } from "../../src/node/index.js";
import { GUEST, KERNEL, temporaryFolder } from "../../testing/guest.js";
import { echo, writeKernel } from "../../testing/x86/multiboot.js";

it("boots a kernel given as bytes, takes commands, answers its monitor, powers off", { timeout: 300_000 }, async () => {
  const machine = createMachine({
    arguments: '-m 256M -kernel kernel -initrd initrd -append "console=ttyS0 loglevel=4"',
    files: { kernel: readFileSync(KERNEL) },
    filesUrl: GUEST,
    holdInput: true,
  });
  const states: string[] = [];
  machine.on("state", (state) => states.push(state));
  const writer = machine.console.writable.getWriter();
  await writer.write(new TextEncoder().encode("uname -m; poweroff -f\n"));
  await machine.start();
  const monitor = machine.monitor.writable.getWriter();
  await monitor.write(new TextEncoder().encode("info status\n"));
  const text = await new Response(machine.console.readable).text();
  expect(await machine.finished).toEqual({ status: 0, reason: "power-off" });
  expect(text).toMatch(/^x86_64\r?$/m);
  expect(await new Response(machine.monitor.readable).text()).toMatch(/VM status: running/);
  expect(states[0]).toBe("running");
  expect(states.at(-1)).toBe("ended");
});

it("has memory that threads share, and makes regions in a thread of their own while it boots", {
  timeout: 300_000,
}, async () => {
  const machine = createMachine({
    arguments: '-m 256M -kernel bzImage -initrd initrd -append "console=ttyS0 loglevel=4"',
    filesUrl: GUEST,
  });
  await machine.start();
  // The prompt may come in pieces.
  let console = "";
  for await (const text of machine.console.readable.pipeThrough(new TextDecoderStream())) {
    console += text;
    if (console.includes("~ # ")) break;
  }
  const monitor = machine.monitor.writable.getWriter();
  await monitor.write(new TextEncoder().encode("info jit\nquit\n"));
  const text = await new Response(machine.monitor.readable).text();
  expect(text).toMatch(/^Shared memory +yes\r?$/m);
  const [made, beside] = ["made", "made beside"].map((name) =>
    Number(new RegExp(`Tier 1 ${name} +(\\d+)`).exec(text)?.[1]),
  );
  expect(beside).toBeGreaterThan(made! / 2);
  expect((await machine.finished).reason).toBe("quit");
});

it.each([[], ["-nographic"]])("gives the guest every key: %j", async (...args) => {
  const { said, machine } = await typeToEcho(args.flat(), "\x01x\x01c\x03\x01\x01.");
  expect(said).toContain("\x01x\x01c\x03\x01\x01.");
  machine.dispose();
});

it("multiplexes the console where mon:stdio is written", async () => {
  const { machine } = await typeToEcho(["-serial", "mon:stdio"], "\x01x");
  expect((await machine.finished).reason).toBe("quit");
});

/** What a guest that echoes says up to the dot of what is typed. */
async function typeToEcho(args: readonly string[], text: string) {
  const folder = temporaryFolder();
  writeKernel(folder.file("k"), echo("go\n"));
  const files = { k: readFileSync(folder.file("k")) };
  folder.remove();
  const machine = createMachine({ arguments: [...args, "-kernel", "k"], files });
  await machine.start();
  const writer = machine.console.writable.getWriter();
  let said = "";
  for await (const piece of machine.console.readable.pipeThrough(new TextDecoderStream())) {
    if (said === "") await writer.write(new TextEncoder().encode(text));
    said += piece;
    if (said.includes(".")) break;
  }
  return { said, machine };
}
