// The skeleton of `virt` runs the toy guest: RAM not at 0, a console, a device of -device with its interrupt.

import { expect, it } from "vitest";
import { DeviceRegistry } from "../../src/devices/registry/registry.js";
import { S_PC } from "../../src/layout/vcpu.js";
import { TestHost } from "../../src/machine/testing.js";
import { createModelled } from "../../src/machines/create/create.js";
import { INTERRUPTS_BASE, RAM_BASE, SLOTS, UART } from "../../src/machines/virt/memory.js";
import { virt } from "../../src/machines/virt/model.js";
import { machine as type } from "../../src/machines/virt/type.js";
import { defaultConfig } from "../../src/options/config.js";
import { Assembler, R0, R1, R2, R3 } from "../../testing/toy/assembler.js";
import { toyModule } from "../../testing/toy/build.js";
import { TOY_GUEST, ToyCpu } from "../../testing/toy/cpu.js";
import * as T from "../../testing/toy/layout.js";
import { TIERS } from "../../testing/toy/machine.js";
import { device as thermometer } from "../house/devices/thermometer/type.js";

const HANDLER = RAM_BASE + 0x1000;

/** Says "hot" and cools down. */
const handler = (): Uint8Array =>
  say(new Assembler(HANDLER), "hot ").op("li", R0, 20).op("stw", R0, R3, 0).op("sys", R0, T.SYS_RETURN).finish();

const program = (): Uint8Array => {
  const code = new Assembler(RAM_BASE)
    .op("li", R1, UART.address)
    .op("li", R2, INTERRUPTS_BASE)
    .op("li", R3, SLOTS.address)
    .op("li", R0, HANDLER | 0)
    .op("control", R0, T.CONTROL_VECTOR)
    .op("li", R0, 1 << SLOTS.irq)
    .op("stw", R0, R2, 4)
    .op("li", R0, 1)
    .op("control", R0, T.CONTROL_ENABLE);
  say(code, "toy ").op("li", R0, 50).op("stw", R0, R3, 0);
  return say(code, "end\n").op("sys", R0, T.SYS_HALT).finish();
};

function say(code: Assembler, text: string): Assembler {
  for (const letter of text) code.op("li", R0, letter.charCodeAt(0)).op("stb", R0, R1, 0);
  return code;
}

it.each(TIERS)("runs the toy in $name", async ({ tier1 }) => {
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  const config = {
    ...defaultConfig(),
    ramSize: 4 << 20,
    chardevs: [{ id: "console", kind: "stdio" as const, mux: false, signal: false }],
    serial: ["console"],
    devices: [{ driver: "thermometer", properties: { limit: 50 } }],
    icount: { shift: 0, auto: false, sleep: false },
  };
  const model = virt({
    createCpu: ({ engine: { ram, hooks, tier1 } }) => new ToyCpu({ ram, hooks, tier1 }),
    start({ cpu, memory }) {
      memory.write(RAM_BASE, program());
      memory.write(HANDLER, handler());
      cpu.vcpu.set64(S_PC, BigInt(RAM_BASE));
    },
  });
  const machine = await createModelled(type, model, config, host, {
    ...{ module: toyModule(), guest: TOY_GUEST },
    devices: new DeviceRegistry([thermometer], []),
    tier1: tier1 ?? (() => ({ hot() {}, maintain() {} })),
  });
  const output = (): string => host.chardevs.get("console")!.text;
  const finished = machine.start();
  for (let turns = 0; turns < 1000 && !output().endsWith("end\n"); turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(output()).toBe("toy hot end\n");
  machine.quit();
  expect(await finished).toEqual({ status: 0, reason: "quit" });
});
