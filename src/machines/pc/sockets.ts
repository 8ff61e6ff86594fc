// The buses of a `pc` as devices are plugged into them, and what it has without a -device: serial ports and the disks of if=virtio.

import type { Device, IrqLine } from "../../devices/interfaces.js";
import type { PciBus } from "../../devices/pci/bus.js";
import { pciPlace } from "../../devices/pci/describe.js";
import type { PciFunction } from "../../devices/pci/function.js";
import type { IsaPart, SerialPort } from "../../devices/registry/registry.js";
import type { AddressSpace } from "../../machine/memory-map.js";
import type { Plug, Sockets, WantedDevice } from "../../machine/plug.js";
import type { MachineConfig } from "../../options/config.js";
import type { BootEntry } from "./boot-order.js";

/** Slots before it are the chipset's and, in time, the display's. */
const FIRST_SLOT = 3;
/** What -serial makes. */
export const SERIAL = "isa-serial";

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

/** What of the board devices are plugged into. */
export interface SocketBoard {
  readonly ports: AddressSpace;
  readonly mmio: AddressSpace;
  readonly pci: { readonly bus: PciBus };
  readonly interrupts: { source(number: number): IrqLine };
  readonly devices: Device[];
  readonly serialPorts: SerialPort[];
  readonly bootEntries: BootEntry[];
}

export function pcSockets(board: SocketBoard): Sockets {
  return {
    isa: {
      name: "isa.0",
      kind: "ISA",
      context: (base) => ({ ...base, irq: (number) => board.interrupts.source(number) }),
      plug: (part) => plugIsa(board, part),
    },
    pci: {
      name: board.pci.bus.name,
      kind: "PCI",
      devices: () => board.pci.bus.functions(),
      place: (device) => pciPlace(device as PciFunction),
      context: (base) => base,
      plug(device, plug) {
        const { addr } = plug.config.properties;
        const { bus } = board.pci;
        const slot = bus.add(device, addr === undefined ? bus.freeSlot(FIRST_SLOT) : Number(addr));
        if (plug.type.bootable) addBootEntry(board, slot, plug);
      },
    },
  };
}

function plugIsa(board: SocketBoard, { device, ports = [], memory = [], serial }: IsaPart): void {
  for (const { port, length, name, region, width } of ports) {
    board.ports.map(port, length, name, region, width === undefined ? {} : { width });
  }
  for (const { address, length, name, region } of memory) board.mmio.map(address, length, name, region);
  board.devices.push(device);
  if (serial) board.serialPorts.push(serial);
}

function addBootEntry(board: SocketBoard, slot: number, { config, drive }: Plug): void {
  const { bootindex } = config.properties;
  const index = bootindex === undefined ? undefined : Number(bootindex);
  board.bootEntries.push({ slot, cdrom: drive?.config.cdrom ?? false, index });
}
