// A lab for any device of a registry, made out of its rows: what it needs is given to it, and a virtio device gets a driver that sets it up
// and asks for things.

import { withDefaults } from "../../src/base/properties.js";
import type { BlockBackend } from "../../src/block/interfaces.js";
import type { Device, IoRegion } from "../../src/devices/interfaces.js";
import { PciBus } from "../../src/devices/pci/bus.js";
import type { PciFunction } from "../../src/devices/pci/function.js";
import { FakeMapper } from "../../src/devices/pci/testing.js";
import type { MmioContext } from "../../src/devices/registry/context.js";
import type { DeviceType, IsaPart, MmioPart } from "../../src/devices/registry/registry.js";
import { T_FLUSH, T_GET_ID, T_IN, T_OUT, T_WRITE_ZEROES } from "../../src/devices/virtio/blk/registers.js";
import { VirtioSerial } from "../../src/devices/virtio/serial/device.js";
import { TestPciDriver } from "../../src/devices/virtio/testing/pci-driver.js";
import * as mmio from "../../src/devices/virtio/transport/mmio/registers.js";
import { VirtioMmio } from "../../src/devices/virtio/transport/mmio/transport.js";
import { VirtioPci } from "../../src/devices/virtio/transport/pci/transport.js";
import { MemoryFileSystem } from "../../src/fs/memory/filesystem.js";
import type { Lab, World } from "./lab.js";
import { driveSerial } from "./serial-driver.js";

/** Properties to try besides the defaults, by the device's name. */
const VARIANTS: Readonly<Record<string, readonly Record<string, string | number | boolean>[]>> = {
  "virtio-rng-pci": [{ "max-bytes": 64, period: 1 }, { vectors: 0 }],
  "virtio-rng-device": [{ "max-bytes": 64, period: 1 }],
  "virtio-net-pci": [{ mq: true, queues: 2, host_mtu: 1500, speed: 1000, duplex: "full" }, { ctrl_vq: false }],
  "virtio-blk-pci": [{ "num-queues": 2, vectors: 2, "queue-size": 16 }],
  "virtio-serial-pci": [{ max_ports: 2 }],
  virtconsole: [{ chardev: "one" }],
  virtserialport: [{ chardev: "one", name: "x" }],
};

export interface RegistryLab {
  readonly name: string;
  make(world: World): Promise<Lab>;
}

/** One for each set of properties. */
export function registryLabs(type: DeviceType): RegistryLab[] {
  return [{}, ...(VARIANTS[type.name] ?? [])].map((properties) => ({
    name: [type.name, ...Object.entries(properties).map(([name, value]) => `${name}=${value}`)].join(),
    async make(world) {
      const make = await type.load();
      const required = Object.entries(type.properties).filter(([, row]) => row.required);
      const set = { ...Object.fromEntries(required.map(([name]) => [name, "one"])), ...properties };
      return labOf(type, make(contextOf(world), withDefaults(type.properties, set)), world);
    },
  }));
}

function contextOf(world: World): MmioContext & { irq(number: number): ReturnType<World["lines"]["at"]> } {
  const { memory, clock, log, machine: control, entropy, char, lines, disk, line } = world;
  // Requests take time, as with most back ends.
  const backend: BlockBackend = {
    size: disk.size,
    readOnly: false,
    read: (offset, into) => disk.read(offset, into),
    write: (offset, from) => disk.write(offset, from),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const folder = new MemoryFileSystem({ quota: 1 << 20, date: () => 0 });
  return {
    ...{ memory, clock, log, control, entropy, ordinal: 0, id: undefined },
    chardev: () => ({ backend: char, piped: true }),
    nic: () => ({ mac: "52:54:00:12:34:56", plug: (card) => world.cable.plug(0, card) }),
    folder: () => folder,
    drive: () => ({ backend, serial: "s", writeCache: true, errors: () => () => "report" }),
    // Of MMIO it is a line, of ISA a function that gives one.
    irq: Object.assign((number: number) => lines.at(number), { set: (level: boolean) => line.set(level) }),
  };
}

function labOf({ name, bus }: DeviceType, made: unknown, world: World): Lab {
  const type = (value: number): void => {
    world.char.type(String.fromCharCode(value & 0x7f, (value >> 8) & 0x7f));
    arrive(world, value);
  };
  if (bus === "isa") {
    const { device, ports = [], memory = [], serial } = made as IsaPart;
    const wantInput = (): void => serial?.wantInput();
    return {
      ...partsOf(device),
      regions: [...ports, ...memory].map(({ region, length }) => [region, length] as const),
      events: [type, wantInput, () => world.char.breakReceived?.()],
    };
  }
  if (bus === "mmio") {
    const { device, region, size } = made as MmioPart;
    const events = device instanceof VirtioMmio ? driveMmio(region, world) : [];
    return { ...partsOf(device), regions: [[region, size]], events: [type, ...events] };
  }
  if (bus === "pci") return pciLab(made as PciFunction & Device, world, type);
  if (bus === "virtio-serial") return serialPortLab(made as Device, world, type);
  throw new Error(`${name}: nothing here knows how to drive a device of the bus '${bus}': see tests/state`);
}

/** A frame comes, or the cable is pulled out or plugged in. */
function arrive({ cable }: World, value: number): void {
  if ((value & 15) === 0) cable.setLink((value & 16) !== 0);
  cable.end(1).send({ bytes: new Uint8Array((value >>> 5) % 1600).fill(value & 0xff) });
}

function partsOf(device: Device): Pick<Lab, "parts" | "quiet"> {
  return { parts: [device], quiet: async () => device.inFlight?.quiet() };
}

function pciLab(device: PciFunction & Device, world: World, type: (value: number) => void): Lab {
  const { bus, mapper, slot, events } = plugPci(device, world);
  const config: IoRegion = {
    read: (offset, size) => bus.readConfig(0, slot, 0, offset, size),
    write: (offset, size, value) => bus.writeConfig(0, slot, 0, offset, size, value),
  };
  const bars = device.bars.flatMap((bar) => (bar === undefined ? [] : [[bar.region, bar.size] as const]));
  return {
    parts: [Object.assign(bus, { name: "pci" })],
    seen: () => mapper.ranges(),
    quiet: async () => device.inFlight?.quiet(),
    regions: [[config, 256], ...bars],
    events: [type, ...events],
  };
}

/** A port is saved with the device that it is of. */
function serialPortLab(port: Device, world: World, type: (value: number) => void): Lab {
  const serial = new VirtioSerial({ maxPorts: 2, emergencyWrite: true });
  serial.offers.plug(port);
  const { memory, log, msi, lines: pirqs } = world;
  const device = new VirtioPci(serial, { memory, log });
  const driver = new TestPciDriver(memory, device, { msi, pirqs, log });
  return {
    parts: [Object.assign(driver.bus, { name: "pci" })],
    regions: device.bars.flatMap((bar) => (bar === undefined ? [] : [[bar.region, bar.size] as const])),
    events: [type, ...driveSerial(driver, memory)],
  };
}

interface Plugged {
  readonly bus: PciBus;
  readonly mapper: FakeMapper;
  readonly slot: number;
  readonly events: NonNullable<Lab["events"]>;
}

function plugPci(device: PciFunction, world: World): Plugged {
  const { memory, msi, log, lines } = world;
  if (!(device instanceof VirtioPci)) {
    const mapper = new FakeMapper();
    const bus = new PciBus({ mapper, msi, log, lines: lines.lines.slice(0, 4) });
    return { bus, mapper, slot: bus.add(device), events: [] };
  }
  const driver = new TestPciDriver(memory, device, { msi, pirqs: lines, log });
  return { bus: driver.bus, mapper: driver.mapper, slot: device.slot, events: drivePci(driver, world) };
}

// ---- a driver whose only state is the rings -------------------------------------------------------------------------------

const SIZE = 8;
const DESC = 0x1000;
const AVAIL = 0x1100;
const USED = 0x1200;
const BUFFERS = 0x2000;
const BUFFER = 0x800;
const TYPES = [T_IN, T_OUT, T_FLUSH, T_GET_ID, T_WRITE_ZEROES, 99];
const F_EVENT_IDX = 29;
const F_INDIRECT = 28;

/** Makes a chain of three available, as a disk has them: header, data, status. */
function offer({ memory }: World, value: number): void {
  const head = (value & 1) * 4;
  const at = BUFFERS + (value & 1) * 2 * BUFFER;
  const kind = TYPES[(value >> 1) % TYPES.length]!;
  const out = kind === T_OUT || kind === T_WRITE_ZEROES;
  memory.writeU32(at, kind);
  memory.writeU32(at + 8, (value >> 5) % 33);
  memory.writeU32(at + 16, (value >> 5) % 32);
  memory.writeU32(at + 24, 1);
  const length = kind === T_WRITE_ZEROES ? 16 : 512 << ((value >> 8) & 1);
  // Nonsense now and then.
  const broken = ((value >> 10) & 31) === 0;
  const chain = [
    [at, 16, 1],
    [at + (kind === T_WRITE_ZEROES ? 16 : BUFFER), broken ? 0 : length, out ? 1 : 3],
    [at + 64, 1, 2],
  ] as const;
  for (const [n, [address, bytes, flags]] of chain.entries()) {
    const descriptor = DESC + 16 * (head + n);
    memory.writeU32(descriptor, address);
    memory.writeU32(descriptor + 4, 0);
    memory.writeU32(descriptor + 8, bytes);
    memory.writeU16(descriptor + 12, flags);
    memory.writeU16(descriptor + 14, head + n + 1);
  }
  const index = memory.readU16(AVAIL + 2);
  memory.writeU16(AVAIL + 4 + 2 * (index % SIZE), head);
  memory.writeU16(AVAIL + 2, index + 1);
}

/** Rings of zeros, and which features a driver wants. */
function begin({ memory }: World, value: number): number {
  memory.write(DESC, new Uint8Array(USED + 6 + 8 * SIZE - DESC));
  return (((value & 1) << F_EVENT_IDX) | ((value & 2) << (F_INDIRECT - 1))) >>> 0;
}

function driveMmio(region: IoRegion, world: World): ((value: number) => void)[] {
  const write = (register: number, value: number): void => region.write(register, 4, value);
  const setUp = (value: number): void => {
    for (const [register, word] of [
      [mmio.STATUS, 0],
      [mmio.STATUS, 3],
      [mmio.DRIVER_FEATURES_SEL, 0],
      [mmio.DRIVER_FEATURES, begin(world, value)],
      [mmio.DRIVER_FEATURES_SEL, 1],
      [mmio.DRIVER_FEATURES, 1],
      [mmio.STATUS, 11],
      [mmio.QUEUE_SEL, 0],
      [mmio.QUEUE_NUM, SIZE],
      [mmio.QUEUE_DESC, DESC],
      [mmio.QUEUE_DESC + 4, 0],
      [mmio.QUEUE_DRIVER, AVAIL],
      [mmio.QUEUE_DRIVER + 4, 0],
      [mmio.QUEUE_DEVICE, USED],
      [mmio.QUEUE_DEVICE + 4, 0],
      [mmio.QUEUE_READY, 1],
      [mmio.STATUS, 15],
    ] as const)
      write(register, word);
  };
  const ask = (value: number): void => {
    offer(world, value);
    write(mmio.QUEUE_NOTIFY, 0);
  };
  return [setUp, ask, ask, () => write(mmio.INTERRUPT_ACK, 3)];
}

function drivePci(driver: TestPciDriver, world: World): ((value: number) => void)[] {
  // Random writes to config space move BARs, and a driver puts them where it wants them.
  const atPlace = (action: (value: number) => void) => (value: number) => {
    driver.setConfig(4, 2, 0);
    driver.plugIn();
    action(value);
  };
  const setUp = (value: number): void => {
    if (value & 4) driver.enableMsix(2);
    driver.negotiate(begin(world, value), 1);
    driver.write(1, 22, 2, 0);
    driver.write(1, 24, 2, SIZE);
    for (const [n, at] of [0, 1].entries()) driver.write(1, 26 - 10 * n, 2, at);
    for (const [at, address] of [
      [32, DESC],
      [40, AVAIL],
      [48, USED],
    ] as const) {
      driver.write(1, at, 4, address);
      driver.write(1, at + 4, 4, 0);
    }
    driver.write(1, 28, 2, 1);
    driver.ready();
  };
  const ask = (value: number): void => {
    offer(world, value);
    driver.kick(0);
  };
  return [atPlace(setUp), atPlace(ask), ask, () => void driver.read(3, 0, 1)].map((event) => (value: number) => {
    try {
      event(value);
    } catch (error) {
      // The driver, which finds no registers where the last accesses have put them.
      if (!/is not mapped$/.test((error as Error).message)) throw error;
    }
  });
}
