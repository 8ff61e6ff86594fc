// A device is added in its own folder and nowhere else: those of tests/house/devices get options, help and errors, and places on two
// boards, by the rows of their folders.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { DEVICE_TYPES, TRANSPORT_TYPES } from "../../src/devices/list.js";
import { DeviceRegistry } from "../../src/devices/registry/registry.js";
import { FakeChar, FakeClock, FakeLine, FakeMachine } from "../../src/devices/testing.js";
import { TestQueue } from "../../src/devices/virtio/testing/driver.js";
import * as virtio from "../../src/devices/virtio/transport/mmio/registers.js";
import { Bus } from "../../src/machine/bus.js";
import { ChardevHub } from "../../src/machine/chardev-hub.js";
import { MachineLog } from "../../src/machine/log.js";
import { MachineNetwork } from "../../src/machine/network.js";
import { loadDevices, Plugger } from "../../src/machine/plug.js";
import { TestHost, TestMemory } from "../../src/machine/testing.js";
import { catalogue, parseArguments } from "../../src/machines/arguments.js";
import { MACHINES } from "../../src/machines/machines.js";
import { VirtBoard } from "../../src/machines/virt/board.js";
import { INTERRUPTS_BASE, SLOTS } from "../../src/machines/virt/memory.js";
import { infoQtree } from "../../src/monitor/info-qtree.js";
import { listOf } from "../../tools/registries.mjs";
import { device as counter } from "./devices/counter/type.js";
import { device as thermometer } from "./devices/thermometer/type.js";

const devices = new DeviceRegistry([...DEVICE_TYPES, counter, thermometer], TRANSPORT_TYPES);
const program = { name: "test", version: "0" };
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function parse(args: string[], machines = catalogue().machines) {
  return parseArguments(["-display", "none", ...args], program, { ...catalogue(), devices, machines });
}

function configOf(args: string[], machines = catalogue().machines) {
  const parsed = parse(args, machines);
  if (parsed.kind !== "machine") throw new Error("no machine");
  return parsed.config;
}

async function virt(...args: string[]) {
  const config = configOf(args, {
    list: [MACHINES.find("virt")!],
    find: (name) => MACHINES.find(name),
    elsewhere: () => [],
  });
  const loaded = await loadDevices(
    devices,
    config.devices.map((device) => ({ config: device, counted: true })),
  );
  const log = new MachineLog([], () => {});
  const [host, line, clock, memory] = [new TestHost(), new FakeLine(), new FakeClock(), new TestMemory(0x10000)];
  const bus = new Bus(log, () => 0);
  let resets = 0;
  const board = new VirtBoard({
    ...{ bus, clock, interrupt: line, cpu: { reset: () => void resets++ } },
    serial: () => ({ backend: new FakeChar(), piped: false }),
  });
  const parts = {
    ...{ memory, clock, log, drives: new Map(), folders: new Map(), entropy: host.entropy },
    network: new MachineNetwork(),
    consoles: new ChardevHub([], host, { quit() {}, save: () => "" }, 1),
    control: Object.assign(new FakeMachine(), { warn() {}, stopForError() {} }),
  };
  const plugger = new Plugger(parts, board.sockets);
  for (const device of loaded) plugger.plug(device);
  board.complete();
  board.reset();
  const at = (slot: number, offset: number) => SLOTS.address + slot * SLOTS.size + offset;
  return {
    board,
    tree: () => infoQtree({ mainboard: board, plugged: plugger.plugged }),
    line,
    memory,
    resets: () => resets,
    read: (slot: number, offset: number) => bus.memory.read(at(slot, offset), 4),
    write: (slot: number, offset: number, value: number) => bus.memory.write(at(slot, offset), 4, value),
    enable: (inputs: number) => bus.memory.write(INTERRUPTS_BASE + 4, 4, inputs),
  };
}

describe("the lists of the build", () => {
  it("have every folder with a type.ts", () => {
    const list = listOf(folder("./devices"));
    expect(list).toContain('import { device as counter } from "./counter/type.js";');
    expect(list).toContain("DEVICE_TYPES = [\n  counter,\n  thermometer,\n]");
    for (const room of ["devices", "machines"]) {
      expect(readFileSync(folder(`../../src/${room}/list.ts`), "utf8")).toBe(listOf(folder(`../../src/${room}`)));
    }
    expect(readFileSync(folder("../../src/guests/list.ts"), "utf8")).toBe(listOf(folder("../../src/arch"), "../arch"));
  });
});

describe("a device's rows", () => {
  it("are its help and its errors", () => {
    const text = (...args: string[]) => {
      const parsed = parse(args);
      return parsed.kind === "text" ? parsed.text : "";
    };
    expect(text("-device", "help")).toContain("virtio-counter-pci fills a buffer");
    expect(text("-device", "thermometer,help")).toContain("degrees from which on it interrupts (default: 40)");
    expect(() => parse(["-device", "virtio-counter,start=x"])).toThrow("Parameter 'start' expects a number, not 'x'");
    expect(() => parse(["-device", "virtio-counter,end=1"])).toThrow("Property 'virtio-counter-pci.end' not found");
    expect(() => parse(["-device", "thermometer"])).toThrow("machine type 'pc' has no mmio bus");
    expect(configOf(["-device", "virtio-counter,start=7"]).devices).toEqual([
      { driver: "virtio-counter-pci", properties: { start: 7 } },
    ]);
  });

  it("may not take another's name", () => {
    expect(() => new DeviceRegistry([counter, counter], TRANSPORT_TYPES)).toThrow("two devices are called");
  });
});

describe("devices on virt", () => {
  it("have a slot and an interrupt each", async () => {
    const { read, write, enable, line, resets } = await virt(
      "-device",
      "thermometer,limit=30",
      "-device",
      "virtio-counter-device",
    );
    expect([read(0, 0), read(1, virtio.DEVICE_ID), read(2, virtio.DEVICE_ID), resets()]).toEqual([20, 63, 0, 1]);
    write(0, 0, 31);
    expect(line.level).toBe(false);
    enable(1 << SLOTS.irq);
    expect(line.level).toBe(true);
    write(0, 0, 29);
    expect(line.level).toBe(false);
  });

  it("are in the device tree with the properties of their rows", async () => {
    const { tree } = await virt("-device", "thermometer,limit=30,id=hall", "-device", "virtio-counter-device");
    expect(tree()).toContain(
      [
        "  bus: mmio.0",
        "    type MMIO",
        '    dev: thermometer, id "hall"',
        "      limit = 30 (0x1e)",
        '    dev: virtio-counter-device, id ""',
        "      event_idx = true",
        "      indirect_desc = true",
        "      start = 1 (0x1)",
        "",
      ].join("\n"),
    );
  });

  it("reach guest memory by their queues", async () => {
    const { read, write, memory, enable, line } = await virt("-device", "virtio-counter-device,start=5");
    enable(1 << SLOTS.irq);
    write(0, virtio.STATUS, 3);
    write(0, virtio.DRIVER_FEATURES_SEL, 1);
    write(0, virtio.DRIVER_FEATURES, 1);
    write(0, virtio.STATUS, 11);
    const queue = new TestQueue(memory, 0x1000, 8);
    write(0, virtio.QUEUE_NUM, 8);
    write(0, virtio.QUEUE_DESC, queue.desc);
    write(0, virtio.QUEUE_DRIVER, queue.driver);
    write(0, virtio.QUEUE_DEVICE, queue.device);
    write(0, virtio.QUEUE_READY, 1);
    write(0, virtio.STATUS, 15);
    queue.add([{ address: 0x4000, length: 3, write: true }]);
    write(0, virtio.QUEUE_NOTIFY, 0);
    expect([...memory.bytes.subarray(0x4000, 0x4004)]).toEqual([5, 6, 7, 0]);
    expect([read(0, virtio.INTERRUPT_STATUS), line.level, read(0, virtio.CONFIG)]).toEqual([1, true, 5]);
  });

  it("are refused when there is no slot left", async () => {
    const many = Array.from({ length: SLOTS.count + 1 }, () => ["-device", "thermometer"]).flat();
    await expect(virt(...many)).rejects.toThrow(
      `-device thermometer: all ${SLOTS.count} slots of the machine are taken`,
    );
  });
});
