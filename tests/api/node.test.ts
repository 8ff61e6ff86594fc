// createMachine() in Node: boots Linux in a thread, by its streams.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createMachine } from "../../src/node/index.js";
import { buildGuest } from "../guest.js";

const pack = fileURLToPath(new URL("../../pack/", import.meta.url));

it("boots a kernel given as bytes, takes commands, answers its monitor, powers off", { timeout: 300_000 }, async () => {
  buildGuest();
  const machine = createMachine({
    arguments: '-m 256M -kernel kernel -initrd initrd -append "console=ttyS0 loglevel=4"',
    files: { kernel: readFileSync(`${pack}bzImage`) },
    filesUrl: pack,
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
  expect(text).toMatch(/^x86_64\r?$/m);
  expect(await machine.finished).toEqual({ status: 0, reason: "power-off" });
  expect(await new Response(machine.monitor.readable).text()).toMatch(/VM status: running/);
  expect(states[0]).toBe("running");
  expect(states.at(-1)).toBe("ended");
});
