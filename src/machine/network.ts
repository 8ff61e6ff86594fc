// The networks of a configuration: cables of cards, what is at their other ends, hubs, captures.

import type { NicEnd } from "../devices/registry/context.js";
import { Cable } from "../net/cable.js";
import { defaultMac } from "../net/ethernet.js";
import type { HostNetwork } from "../net/host.js";
import { Hub } from "../net/hub.js";
import type { NetClient, NetClock } from "../net/interfaces.js";
import { pcapHeader, pcapRecord } from "../net/pcap.js";
import type { UserNetwork } from "../net/user/network.js";
import type { MachineConfig, NetdevConfig } from "../options/config.js";
import { type HostChardev, MachineError, type MachineHost } from "./host.js";

/** A network and its cable: the card is at end 0. */
export interface Netdev {
  readonly config: NetdevConfig;
  readonly cable: Cable;
  readonly user?: UserNetwork;
}

/** A card in its place. */
interface Card {
  readonly mac: string;
  readonly netdev: string | undefined;
  readonly cable: Cable;
  /** id= of its -device. */
  readonly name: string;
}

export class MachineNetwork {
  readonly netdevs = new Map<string, Netdev>();
  readonly cards: Card[] = [];
  private readonly hubs = new Map<number, Hub>();
  private readonly dumps: HostChardev[] = [];
  private readonly hosts: HostNetwork[] = [];
  private unnamed = 0;

  /** Rejects with MachineError where something cannot be had. */
  async open(config: MachineConfig, host: MachineHost, clock: NetClock): Promise<void> {
    for (const netdev of config.netdevs) this.netdevs.set(netdev.id, await this.openNetdev(netdev, host, clock));
    for (const { config: port, cable } of this.netdevs.values()) {
      if (port.kind !== "hubport") continue;
      let hub = this.hubs.get(port.hub!);
      if (!hub) {
        hub = new Hub();
        this.hubs.set(port.hub!, hub);
      }
      if (port.netdev === undefined) hub.connect(cable, 1);
      else hub.connect(this.netdevs.get(port.netdev)!.cable, 0);
    }
    for (const { netdev, file, maxlen } of config.netDumps) {
      const output = host.openChardev({ id: file, kind: "file", path: file, mux: false, signal: false });
      this.dumps.push(output);
      output.write(pcapHeader(maxlen));
      this.netdevs.get(netdev)!.cable.taps.push((bytes) => output.write(pcapRecord(bytes, host.date() * 1e3, maxlen)));
    }
  }

  private async openNetdev(config: NetdevConfig, host: MachineHost, clock: NetClock): Promise<Netdev> {
    const cable = new Cable();
    cable.hold(true);
    if (config.kind !== "user") return { config, cable };
    const { openUserNetwork } = await import("../net/user/network.js");
    const sockets = host.openNetwork?.(config.user!);
    if (sockets) this.hosts.push(sockets);
    const end = (client: NetClient) => cable.plug(1, client);
    const reach = host.reach ?? "everything";
    const word = new Uint32Array(1);
    const random = (): number => {
      host.entropy.fill(new Uint8Array(word.buffer));
      return word[0]!;
    };
    try {
      const user = await openUserNetwork({ config: config.user!, end, clock, host: sockets, reach, random });
      return { config, cable, user };
    } catch (error) {
      throw new MachineError(`-netdev user,id=${config.id}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** The cable of a card; to nowhere without a netdev. */
  nic(id: string | undefined, mac: string | undefined, name: string): NicEnd {
    const cable = id === undefined ? new Cable() : this.netdevs.get(id)?.cable;
    if (!cable) throw new Error(`there is no netdev '${id}'`);
    const card: Card = { mac: mac ?? defaultMac(this.unnamed++), netdev: id, cable, name };
    this.cards.push(card);
    return {
      mac: card.mac,
      plug: (client) => cable.plug(0, client),
    };
  }

  /** While the machine stands still nothing moves on its cables. */
  hold(held: boolean): void {
    for (const { cable } of this.netdevs.values()) cable.hold(held);
  }

  /** The cable of a netdev, or of a card by its name. */
  find(name: string): Cable | undefined {
    return this.netdevs.get(name)?.cable ?? this.cards.find((card) => card.name === name)?.cable;
  }

  async close(): Promise<void> {
    for (const { user } of this.netdevs.values()) user?.close();
    for (const host of this.hosts) host.close();
    await Promise.all(this.dumps.map((output) => output.close()));
  }
}
