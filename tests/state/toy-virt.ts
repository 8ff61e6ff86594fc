// A `virt` that runs the toy for ever: arithmetic into RAM, characters to the UART, a device that interrupts.

import { DEVICE_TYPES, TRANSPORT_TYPES } from "../../src/devices/list.js";
import { DeviceRegistry } from "../../src/devices/registry/registry.js";
import { S_PC } from "../../src/layout/vcpu.js";
import { TestHost } from "../../src/machine/testing.js";
import { createModelled } from "../../src/machines/create/create.js";
import type { ModelledMachine } from "../../src/machines/create/machine.js";
import { INTERRUPTS_BASE, RAM_BASE, SLOTS, UART } from "../../src/machines/virt/memory.js";
import { virt } from "../../src/machines/virt/model.js";
import { machine as type } from "../../src/machines/virt/type.js";
import { defaultConfig, type MachineConfig } from "../../src/options/config.js";
import { Assembler, R0, R1, R2, R3, R4, R5, R6 } from "../../testing/toy/assembler.js";
import { toyModule } from "../../testing/toy/build.js";
import { TOY_GUEST, ToyCpu } from "../../testing/toy/cpu.js";
import * as T from "../../testing/toy/layout.js";
import type { TIERS } from "../../testing/toy/machine.js";
import { ToyState } from "../../testing/toy/state.js";
import { device as thermometer } from "../house/devices/thermometer/type.js";

const HANDLER = RAM_BASE + 0x1000;
const DATA = RAM_BASE + 0x2000;
const WORDS = 40;

const handler = (): Uint8Array =>
  new Assembler(HANDLER)
    .op("li", R0, "!".charCodeAt(0))
    .op("stb", R0, R1, 0)
    .op("li", R0, 20)
    .op("stw", R0, R3, 0)
    .op("sys", R0, T.SYS_RETURN)
    .finish();

const program = (): Uint8Array =>
  new Assembler(RAM_BASE)
    .op("li", R1, UART.address)
    .op("li", R2, INTERRUPTS_BASE)
    .op("li", R3, SLOTS.address)
    .op("li", R0, HANDLER | 0)
    .op("control", R0, T.CONTROL_VECTOR)
    .op("li", R0, 1 << SLOTS.irq)
    .op("stw", R0, R2, 4)
    .op("li", R0, 1)
    .op("control", R0, T.CONTROL_ENABLE)
    .op("li", R6, 1)
    .label("round")
    .op("li", R4, DATA | 0)
    .op("li", R5, (DATA + 4 * WORDS) | 0)
    .label("word")
    .op("li", R0, 1103515245)
    .op("mul", R6, R0)
    .op("addi", R6, 12345)
    .op("sys", R0, T.SYS_COUNT)
    .op("xor", R0, R6)
    .op("stw", R0, R4, 0)
    .op("addi", R4, 4)
    .op("bne", R4, R5, "word")
    .op("stb", R6, R1, 0)
    .op("li", R0, 50)
    .op("stw", R0, R3, 0)
    .op("jmp", "round")
    .finish();

export async function toyVirt(
  tier: (typeof TIERS)[number],
  change: Partial<MachineConfig> = {},
): Promise<ModelledMachine> {
  const host = new TestHost(() => new Promise((resolve) => setImmediate(resolve)));
  const config = {
    ...defaultConfig(),
    machine: { ...defaultConfig().machine, type: type.name },
    ramSize: 4 << 20,
    chardevs: [{ id: "console", kind: "stdio" as const, mux: true, signal: false }],
    serial: ["console"],
    devices: [
      { driver: "thermometer", properties: { limit: 50 } },
      { driver: "virtio-rng-device", properties: { "max-bytes": 16 } },
    ],
    icount: { shift: 0, auto: false, sleep: false },
    ...change,
  };
  const model = virt({
    createCpu: ({ engine: { ram, hooks, tier1 } }) => new ToyCpu({ ram, hooks, tier1 }),
    start({ cpu, memory }) {
      memory.write(RAM_BASE, program());
      memory.write(HANDLER, handler());
      cpu.vcpu.set64(S_PC, BigInt(RAM_BASE));
    },
    cpuState: (cpu) => new ToyState(cpu),
  });
  return createModelled(type, model, config, host, {
    ...{ module: toyModule(), guest: TOY_GUEST },
    devices: new DeviceRegistry([...DEVICE_TYPES, thermometer], TRANSPORT_TYPES),
    tier1: tier.tier1 ?? (() => ({ hot() {}, maintain() {} })),
  });
}
