// What there is for -device. A device's folder has a file `type.ts` that says its names, its properties and its bus, and how its
// code is loaded; parser, help, boards and `info qtree` read that. The code comes by import() when a machine wants it.

import type { Options, PropertyRows, Values } from "../../base/properties.js";
import type { Device, IoRegion } from "../interfaces.js";
import type { PciFunction } from "../pci/function.js";
import type { VirtioDevice } from "../virtio/device.js";
import type { DeviceContext, IsaContext, MmioContext, PciContext } from "./context.js";

/** What a device of each bus is made with, and what is made. */
export interface Buses {
  pci: { context: PciContext; made: PciFunction };
  isa: { context: IsaContext; made: IsaPart };
  /** Reaches a machine through a transport, which makes it a device of another bus. */
  virtio: { context: DeviceContext; made: VirtioDevice };
  mmio: { context: MmioContext; made: MmioPart };
  /** Of a virtio-serial device. */
  "virtio-serial": { context: DeviceContext; made: Device };
}

export type BusName = keyof Buses;

export type Factory<P extends PropertyRows, B extends BusName> = (
  context: Buses[B]["context"],
  properties: Values<P>,
) => Buses[B]["made"];

export interface DeviceType<
  P extends PropertyRows = PropertyRows,
  B extends BusName = BusName,
  N extends string = string,
> {
  /** As -device has it; of a virtio device without the transport, "virtio-rng". */
  readonly name: N;
  readonly aliases?: readonly string[];
  readonly text: string;
  readonly bus: B;
  readonly properties: P;
  /** Firmware can boot from it. */
  readonly bootable?: true;
  /** The bus that it has for others. */
  readonly offers?: BusName;
  /** Imports the device's code. */
  load(): Promise<Factory<P, B>>;
}

/** A device whose places are its own: ranges of ports and of memory. */
export interface IsaPart {
  readonly device: Device;
  readonly ports?: readonly PortRange[];
  readonly memory?: readonly MemoryRange[];
  /** A serial port, which firmware's tables tell of. */
  readonly serial?: SerialPort;
}

export interface PortRange {
  readonly name: string;
  readonly port: number;
  readonly length: number;
  readonly region: IoRegion;
  /** Widest access it takes. */
  readonly width?: 1 | 2 | 4;
}

export interface MemoryRange {
  readonly name: string;
  readonly address: number;
  readonly length: number;
  readonly region: IoRegion;
}

export interface SerialPort {
  readonly port: number;
  readonly irq: number;
  /** Lets held input in: somebody waits for it. */
  wantInput(): void;
}

/** A device of `size` bytes of registers and one interrupt line. */
export interface MmioPart {
  readonly device: Device;
  readonly size: number;
  readonly region: IoRegion;
}

/** Checks a type against its own rows; it is not changed. */
export function defineDevice<const P extends PropertyRows, B extends BusName, const N extends string>(
  type: DeviceType<P, B, N>,
): DeviceType<P, B, N> {
  return type;
}

/** How virtio devices come to a bus. */
export interface VirtioTransportType<P extends PropertyRows = PropertyRows, B extends BusName = BusName> {
  readonly bus: B;
  readonly text: string;
  /** The names of a device on it, the one shown first. */
  names(device: string): readonly string[];
  readonly properties: P;
  load(): Promise<(device: VirtioDevice, context: Buses[B]["context"], properties: Values<P>) => Buses[B]["made"]>;
}

export function defineTransport<const P extends PropertyRows, B extends BusName>(
  type: VirtioTransportType<P, B>,
): VirtioTransportType<P, B> {
  return type;
}

/** The types -device knows, virtio devices once for each transport. */
export class DeviceRegistry {
  readonly list: readonly DeviceType[];
  private readonly names = new Map<string, DeviceType>();

  /** Throws Error where two types have one name. */
  constructor(types: readonly AnyDeviceType[], transports: readonly AnyTransport[]) {
    this.list = (types as readonly DeviceType[])
      .flatMap((type) =>
        type.bus === "virtio"
          ? transports.map((transport) => onTransport(type as VirtioType, transport as VirtioTransportType))
          : [type],
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const type of this.list) {
      for (const name of [type.name, ...(type.aliases ?? [])]) {
        if (this.names.has(name)) throw new Error(`two devices are called ${name}`);
        this.names.set(name, type);
      }
    }
  }

  /** By a name or an alias. */
  find(name: string): DeviceType | undefined {
    return this.names.get(name);
  }

  /** Imports the code of all devices. */
  async loadAll(): Promise<void> {
    await Promise.all(this.list.map((type) => type.load()));
  }
}

// A type with rows of its own takes fewer values than any DeviceType does.
// biome-ignore lint/suspicious/noExplicitAny: what DeviceType<P, B> is for every P and B
export type AnyDeviceType = DeviceType<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyTransport = VirtioTransportType<any, any>;

type VirtioType = DeviceType<PropertyRows, "virtio">;

function onTransport(type: VirtioType, transport: VirtioTransportType): DeviceType {
  const [name, ...aliases] = transport.names(type.name);
  return {
    name: name!,
    aliases,
    text: type.text,
    bus: transport.bus,
    properties: { ...transport.properties, ...type.properties },
    ...(type.bootable ? { bootable: true } : {}),
    ...(type.offers ? { offers: type.offers } : {}),
    async load() {
      const [make, carry] = await Promise.all([type.load(), transport.load()]);
      return (context, properties) =>
        carry(make(context, properties), context as DeviceContext & IsaContext & MmioContext, properties);
    },
  };
}

/** -device as an object: `driver`, `id`, and the properties of a type. */
export type DeviceOptions<T extends AnyDeviceType> =
  T extends DeviceType<infer P, infer _B, infer N> ? { readonly driver: N; readonly id?: string } & Options<P> : never;
