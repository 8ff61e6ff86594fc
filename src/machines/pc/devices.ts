// Devices a command line adds to the board: disks, -device, serial ports.

import type { EntropySource, IoRegion, MachineControl } from "../../devices/interfaces.js";
import type { PciFunction } from "../../devices/pci/function.js";
import { DebugCon } from "../../devices/test/debugcon/debugcon.js";
import { DebugExit } from "../../devices/test/debugexit/debugexit.js";
import { PcTestDevice, TESTDEV_IRQS, TESTDEV_MMIO_SIZE } from "../../devices/test/pctestdev/pctestdev.js";
import { VirtioBlk } from "../../devices/virtio/blk/device.js";
import type { VirtioDevice } from "../../devices/virtio/device.js";
import { VirtioRng } from "../../devices/virtio/rng/device.js";
import { VirtioPci } from "../../devices/virtio/transport/pci/transport.js";
import type { ChardevHub } from "../../machine/chardev-hub.js";
import { nullChardev } from "../../machine/chardev-hub.js";
import type { MachineMemory } from "../../machine/cpu.js";
import { type DiskErrorListener, diskErrors } from "../../machine/disk-errors.js";
import type { Drive } from "../../machine/drives.js";
import { MachineError } from "../../machine/host.js";
import type { MachineLog } from "../../machine/log.js";
import type { DeviceConfig, MachineConfig } from "../../options/config.js";
import { parsePciAddress } from "../../options/device.js";
import { parseReadErrors, parseWriteErrors } from "../../options/drive.js";
import { parseSwitchAuto } from "../../options/values.js";
import type { PcBoard } from "./board.js";

/** Slots before it are the chipset's and, in time, the display's. */
const FIRST_SLOT = 3;
const PCI_SLOTS = 32;
const TESTDEV = { port: 0xe0, flush: 0xe4, irq: 0x2000, mmio: 0xff000000 };

export interface PcDeviceParts {
  board: PcBoard;
  config: MachineConfig;
  memory: MachineMemory;
  log: MachineLog;
  control: MachineControl & DiskErrorListener;
  drives: Map<string, Drive>;
  consoles: ChardevHub;
  entropy: EntropySource;
}

/** Plugs in everything of the configuration. Throws MachineError naming what does not fit. */
export function addConfiguredDevices(parts: PcDeviceParts): void {
  const { config } = parts;
  let serial = addSerialPorts(parts);
  const virtio = new VirtioSlots(parts);
  for (const device of config.devices) {
    try {
      if (device.driver === "isa-serial") addIsaSerial(parts, device, serial++);
      else addDevice(parts, virtio, device);
    } catch (error) {
      if (error instanceof MachineError) throw error;
      throw new MachineError(`-device ${device.driver}: ${(error as Error).message}`);
    }
  }
  for (const drive of config.drives) {
    if (drive.interface === "virtio") virtio.addDisk(drive.id, { driver: "virtio-blk-pci", properties: {} });
  }
}

function addSerialPorts({ board, config, consoles }: PcDeviceParts): number {
  for (const [index, id] of config.serial.entries()) {
    if (id === undefined) continue;
    board.addSerial(index, consoles.port(id) ?? nullChardev(), { holdInput: consoles.isPiped(id) });
  }
  return config.serial.length;
}

function addIsaSerial({ board, consoles }: PcDeviceParts, device: DeviceConfig, next: number): void {
  const { chardev, index, iobase, irq } = device.properties;
  const number = index === undefined ? next : Number(index);
  if (number > 3) throw new Error(`index=${number}: there are ports 0 to 3`);
  board.addSerial(number, consoles.port(chardev!) ?? nullChardev(), {
    holdInput: consoles.isPiped(chardev!),
    port: iobase === undefined ? undefined : Number(iobase),
    irq: irq === undefined ? undefined : Number(irq),
  });
}

function addDevice(parts: PcDeviceParts, virtio: VirtioSlots, device: DeviceConfig): void {
  const { board, control, consoles } = parts;
  const { iobase, iosize, chardev, readback, drive } = device.properties;
  switch (device.driver) {
    case "virtio-blk-pci":
      virtio.addDisk(drive!, device);
      break;
    case "virtio-rng-pci":
      virtio.add(new VirtioRng(parts.entropy), device);
      break;
    case "isa-debug-exit": {
      const exit = new DebugExit(control);
      board.ports.map(Number(iobase ?? 0x501), Number(iosize ?? 2), device.driver, exit);
      board.devices.push(exit);
      break;
    }
    case "isa-debugcon": {
      const port = consoles.port(chardev!) ?? nullChardev();
      const debugcon = new DebugCon(port, Number(readback ?? 0xe9) & 0xff);
      board.ports.map(Number(iobase ?? 0xe9), 1, device.driver, debugcon);
      board.devices.push(debugcon);
      break;
    }
    case "pc-testdev":
      addTestDevice(board);
      break;
    default:
      throw new Error("this machine has no such device");
  }
}

function addTestDevice(board: PcBoard): void {
  const lines = Array.from({ length: TESTDEV_IRQS }, (_, n) => board.interrupts.source(n));
  const device = new PcTestDevice(lines);
  const places: [number, number, IoRegion][] = [
    [TESTDEV.port, 4, device.port],
    [TESTDEV.flush, 4, device.flush],
    [TESTDEV.irq, TESTDEV_IRQS, device.irq],
  ];
  for (const [port, length, region] of places) board.ports.map(port, length, device.name, region);
  board.mmio.map(TESTDEV.mmio, TESTDEV_MMIO_SIZE, device.name, device.mmio);
  board.devices.push(device);
}

/** Virtio devices in slots of the PCI bus. */
class VirtioSlots {
  constructor(private readonly parts: PcDeviceParts) {}

  addDisk(id: string, device: DeviceConfig): void {
    const { drives, control } = this.parts;
    const { config, backend } = drives.get(id)!;
    const {
      serial,
      logical_block_size: logical,
      physical_block_size: physical,
      "queue-size": queueSize,
      "write-cache": writeCache = "auto",
      werror = config.werror,
      rerror = config.rerror,
    } = device.properties;
    const chosen = serial ?? config.serial;
    const disk = new VirtioBlk({
      backend,
      ...(chosen === undefined ? {} : { serial: chosen }),
      ...(logical === undefined ? {} : { logicalBlockSize: Number(logical) }),
      ...(physical === undefined ? {} : { physicalBlockSize: Number(physical) }),
      ...(queueSize === undefined ? {} : { queueSize: Number(queueSize) }),
      writeCache: parseSwitchAuto(writeCache, "write-cache", config.writeCache, fail),
      onError: diskErrors(id, parseWriteErrors(werror, fail), parseReadErrors(rerror, fail), control),
    });
    const slot = this.add(disk, device);
    const { bootindex } = device.properties;
    const index = bootindex === undefined ? undefined : Number(bootindex);
    this.parts.board.bootEntries.push({ slot, cdrom: config.cdrom ?? false, index });
  }

  /** Returns the slot. */
  add(device: VirtioDevice, config: DeviceConfig): number {
    const { board, memory, log } = this.parts;
    const { addr, vectors } = config.properties;
    const pci: PciFunction = new VirtioPci(device, {
      memory,
      log,
      ...(config.id === undefined ? {} : { id: config.id }),
      ...(vectors === undefined ? {} : { vectors: Number(vectors) }),
    });
    const slot = addr === undefined ? this.freeSlot() : parsePciAddress(addr, "addr", fail);
    board.virtio.push(device);
    board.pci.bus.add(pci, slot);
    return slot;
  }

  private freeSlot(): number {
    for (let slot = FIRST_SLOT; slot < PCI_SLOTS; slot++) {
      if (!this.parts.board.pci.bus.at(slot, 0)) return slot;
    }
    throw new MachineError("no PCI slot is free any more");
  }
}

function fail(message: string): never {
  throw new MachineError(message);
}
