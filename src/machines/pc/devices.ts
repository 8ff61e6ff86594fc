// The buses of a `pc` as devices are plugged into them, and what it has without a -device: serial ports and the disks of if=virtio.

import type { IsaPart } from "../../devices/registry/registry.js";
import {
  type LoadedDevice,
  type Plug,
  Plugger,
  type PlugParts,
  type Sockets,
  type WantedDevice,
} from "../../machine/plug.js";
import type { MachineConfig } from "../../options/config.js";
import type { PcBoard } from "./board.js";

/** Slots before it are the chipset's and, in time, the display's. */
const FIRST_SLOT = 3;
const SERIAL = "isa-serial";

/** The devices of a configuration, in the order in which they get their places. */
export function pcDevices(config: MachineConfig): WantedDevice[] {
  const serials = config.serial.flatMap((chardev, index) =>
    chardev === undefined ? [] : [{ config: { driver: SERIAL, properties: { chardev, index } }, counted: false }],
  );
  const disks = config.drives.filter((drive) => drive.interface === "virtio");
  return [
    ...serials,
    ...config.devices.map((device) => ({ config: device, counted: true })),
    ...disks.map(({ id }) => ({ config: { driver: "virtio-blk-pci", properties: { drive: id } }, counted: true })),
  ];
}

/** Plugs in those of pcDevices(). Throws MachineError naming what does not fit. */
export function addDevices(board: PcBoard, devices: readonly LoadedDevice[], parts: PlugParts): void {
  const plugger = new Plugger(parts, pcSockets(board));
  plugger.setCount(SERIAL, board.parts.config.serial.length);
  for (const device of devices) plugger.plug(device);
}

function pcSockets(board: PcBoard): Sockets {
  return {
    isa: {
      context: (base) => ({ ...base, irq: (number) => board.interrupts.source(number) }),
      plug: (part) => plugIsa(board, part),
    },
    pci: {
      context: (base) => base,
      plug(device, plug) {
        const { addr } = plug.config.properties;
        const { bus } = board.pci;
        const slot = bus.add(device, addr === undefined ? bus.freeSlot(FIRST_SLOT) : Number(addr));
        board.plugged.push(device);
        if (plug.type.bootable) addBootEntry(board, slot, plug);
      },
    },
  };
}

function plugIsa(board: PcBoard, { device, ports = [], memory = [], serial }: IsaPart): void {
  for (const { port, length, name, region, width } of ports) {
    board.ports.map(port, length, name, region, width === undefined ? {} : { width });
  }
  for (const { address, length, name, region } of memory) board.mmio.map(address, length, name, region);
  board.devices.push(device);
  board.plugged.push(device);
  if (serial) board.serialPorts.push(serial);
}

function addBootEntry(board: PcBoard, slot: number, { config, drive }: Plug): void {
  const { bootindex } = config.properties;
  const index = bootindex === undefined ? undefined : Number(bootindex);
  board.bootEntries.push({ slot, cdrom: drive?.config.cdrom ?? false, index });
}
