// -netdev user: a network of its own behind one cable, with a gateway that translates to the host's. It knows no host: connections are
// made by what it is given (../host.ts).

import { type Address, formatAddress, parse4, parse6, parseAddress, samePrefix } from "../address.js";
import { get16 } from "../bytes.js";
import { BROADCAST, TYPE_ARP, TYPE_IPV4, TYPE_IPV6 } from "../ethernet.js";
import type { HostNetwork, Refusal } from "../host.js";
import {
  ETHERNET_HEADER,
  type Frame,
  LARGEST_FRAME,
  type NetClient,
  type NetClock,
  type NetEnd,
} from "../interfaces.js";
import { Policy, type Reach } from "../policy.js";
import { Arp } from "./arp.js";
import { parseGuestForward, type UserAddresses, type UserConfig, userAddresses } from "./config.js";
import { Dhcp } from "./dhcp.js";
import { Dhcp6 } from "./dhcp6.js";
import { Dns } from "./dns.js";
import { Forwards } from "./forwards.js";
import { Fragments } from "./fragments.js";
import { HOST_UNREACHABLE, ICMP, Icmp, PORT_UNREACHABLE, PROHIBITED } from "./icmp.js";
import { HOST_UNREACHABLE_6, ICMP6, Icmp6, PORT_UNREACHABLE_6, PROHIBITED_6 } from "./icmp6.js";
import { Output } from "./output.js";
import { type Packet, parse4Packet, parse6Packet } from "./packet.js";
import { TCP } from "./tcp/segment.js";
import { Tcp } from "./tcp/tcp.js";
import { Tftp } from "./tftp.js";
import { type Service, type Translation, UDP, Udp } from "./udp.js";

const LOOPBACK = parse4("127.0.0.1")!;
const LOOPBACK_6 = parse6("::1")!;
const ANY_4 = parse4("255.255.255.255")!;
const LINK_LOCAL = parse6("fe80::")!;
const DHCP_SERVER = 67;
const DHCP_CLIENT = 68;
const DNS_PORT = 53;
const TFTP_PORT = 69;
const DHCP6_SERVER = 547;
const DHCP6_CLIENT = 546;

export interface UserParts {
  readonly config: UserConfig;
  readonly end: (client: NetClient) => NetEnd;
  readonly clock: NetClock;
  /** Absent: the host has no network. */
  readonly host: HostNetwork | undefined;
  /** What may be reached where no rule says it. */
  readonly reach?: Reach;
  /** A random number of 32 bits. */
  readonly random: () => number;
}

/** Rejects with Error, the rest of a sentence, where a port that is to be forwarded cannot be had. */
export async function openUserNetwork(parts: UserParts): Promise<UserNetwork> {
  const network = new UserNetwork(parts);
  try {
    await network.open();
    return network;
  } catch (error) {
    network.close();
    throw error;
  }
}

export class UserNetwork implements NetClient, Translation {
  /** Whatever a card leaves to do is done here, or need not be. */
  readonly offloads = { checksum: true, segment4: true, segment6: true };
  readonly policy: Policy;
  readonly forwards: Forwards;
  readonly tcp: Tcp;
  readonly udp: Udp;
  readonly dhcp: Dhcp;
  readonly addresses: UserAddresses;
  /** Frames that were dropped because they break a rule. */
  malformed = 0;
  private readonly config: UserConfig;
  private readonly output: Output;
  private readonly arp: Arp;
  private readonly icmp: Icmp;
  private readonly icmp6: Icmp6;
  private readonly dhcp6: Dhcp6;
  private readonly dns: Dns;
  private readonly tftp: Tftp;
  private readonly fragments: Fragments;
  private readonly link: Address;

  constructor(private readonly parts: UserParts) {
    const { config, clock, host, random } = parts;
    this.config = config;
    this.addresses = userAddresses(config);
    const { addresses } = this;
    this.policy = new Policy(config, parts.reach ?? "everything");
    const mac = Uint8Array.of(0x52, 0x55, ...addresses.host);
    this.link = LINK_LOCAL.slice();
    this.link[15] = 2;
    const end = parts.end(this);
    const own = (address: Address): boolean => this.isOwn(address);
    this.output = new Output(end, mac, (address) => {
      if (address.length === 4) this.arp.ask(address.slice(), addresses.host);
      else this.icmp6.ask(address.slice());
    });
    const now = (): number => clock.now();
    const unreachable = (packet: Packet, why: Refusal): void => this.unreachable(packet, why);
    this.arp = new Arp(this.output, own, addresses.net, addresses.mask);
    this.icmp = new Icmp(this.output, addresses.host);
    this.icmp6 = new Icmp6(this.output, config, addresses, own, this.link);
    this.dhcp = new Dhcp(config, addresses);
    this.dhcp6 = new Dhcp6(config, addresses, mac);
    this.fragments = new Fragments(now);
    const service = (address: Address, port: number): Service | undefined => this.service(address, port);
    this.udp = new Udp(this.output, host, this, now, unreachable, service);
    this.dns = new Dns(config.restrict ? undefined : host, this.udp);
    this.tftp = new Tftp(config.tftp, host, this.udp);
    this.tcp = new Tcp({ output: this.output, host, clock, translation: this, random, unreachable });
    this.forwards = new Forwards(host, this.tcp, this.udp, () => this.dhcp.first);
  }

  async open(): Promise<void> {
    const { host } = this.parts;
    for (const name of this.policy.wanted) this.policy.setName(name, (await host?.lookup?.(name)) ?? []);
    for (const rule of this.config.hostfwd) await this.forwards.add(rule);
  }

  close(): void {
    this.forwards.close();
    this.tcp.close();
    this.udp.close();
  }

  // ---- the cable -----------------------------------------------------------------------------------------------------------

  receive({ bytes, left }: Frame): boolean {
    if (bytes.length < ETHERNET_HEADER || bytes.length > LARGEST_FRAME) {
      this.malformed++;
      return true;
    }
    // For somebody else on a hub.
    const other = (bytes[0]! & 1) === 0 && !this.output.mac.every((byte, n) => byte === bytes[n]);
    if (other) return true;
    const type = get16(bytes, 12);
    if (type === TYPE_ARP && this.config.ipv4) this.arp.receive(bytes);
    else if (type === TYPE_IPV4 && this.config.ipv4) this.receive4(bytes, left !== undefined);
    else if (type === TYPE_IPV6 && this.config.ipv6) this.receive6(bytes, left !== undefined);
    return true;
  }

  ready(): void {
    if (this.output.flush()) this.tcp.flush();
  }

  private receive4(bytes: Uint8Array, trusted: boolean): void {
    let packet = parse4Packet(bytes, trusted);
    if (packet?.fragment) {
      const whole = this.fragments.add(packet, packet.fragment);
      if (!whole) return;
      packet = parse4Packet(whole, trusted);
    }
    if (!packet) {
      this.malformed++;
      return;
    }
    const { net, mask } = this.addresses;
    if (samePrefix(packet.source, net, mask) && !this.isOwn(packet.source)) {
      this.output.learn(packet.source, bytes.subarray(6, 12));
    }
    if (packet.protocol === TCP) this.tcp.receive(packet);
    else if (packet.protocol === UDP) this.udp.receive(packet);
    else if (packet.protocol === ICMP) this.icmp.receive(packet, this.isOwn(packet.destination));
  }

  private receive6(bytes: Uint8Array, trusted: boolean): void {
    const packet = parse6Packet(bytes, trusted);
    if (!packet) {
      this.malformed++;
      return;
    }
    const { net6, prefix6 } = this.addresses;
    const near = samePrefix(packet.source, net6, prefix6) || samePrefix(packet.source, LINK_LOCAL, 64);
    if (near && !this.isOwn(packet.source)) this.output.learn(packet.source, bytes.subarray(6, 12));
    if (packet.protocol === TCP) this.tcp.receive(packet);
    else if (packet.protocol === UDP) this.udp.receive(packet);
    else if (packet.protocol === ICMP6) this.icmp6.receive(packet);
  }

  // ---- whose addresses are whose -------------------------------------------------------------------------------------------

  private isOwn(address: Address): boolean {
    const { host, dns, host6, dns6 } = this.addresses;
    const own = address.length === 4 ? [host, dns] : [host6, dns6, this.link];
    const bits = address.length * 8;
    if (own.some((each) => samePrefix(each, address, bits))) return true;
    return this.config.guestfwd.some((rule) => samePrefix(parseGuestForward(rule).address, address, bits));
  }

  toHost(address: Address, port: number): Address | undefined {
    const forward = this.guestForward(address, port);
    if (forward) return forward.toHost === "localhost" ? LOOPBACK : parseAddress(forward.toHost);
    const { net, mask, net6, prefix6, host, host6 } = this.addresses;
    const bits = address.length * 8;
    const gateway = samePrefix(address, address.length === 4 ? host : host6, bits);
    const local = address.length === 4 ? samePrefix(address, net, mask) : samePrefix(address, net6, prefix6);
    if (!gateway && (local || isForMany(address))) return undefined;
    const to = gateway ? (address.length === 4 ? LOOPBACK : LOOPBACK_6) : address.slice();
    return this.policy.allows(to, port, address) ? to : undefined;
  }

  toPort(address: Address, port: number): number | undefined {
    return this.guestForward(address, port)?.toPort;
  }

  private guestForward(address: Address, port: number) {
    const fits = (rule: ReturnType<typeof parseGuestForward>): boolean =>
      rule.port === port && samePrefix(rule.address, address, 32);
    return this.config.guestfwd.map(parseGuestForward).find(fits);
  }

  toGuest(address: Address): Address {
    const { host, host6 } = this.addresses;
    if (address.length === 4) return address[0] === 127 ? host : address;
    return samePrefix(address, LOOPBACK_6, 128) ? host6 : address;
  }

  private unreachable(packet: Packet, why: Refusal): void {
    const codes = { refused: [PORT_UNREACHABLE, PORT_UNREACHABLE_6], prohibited: [PROHIBITED, PROHIBITED_6] } as const;
    const code =
      why === "refused" || why === "prohibited" ? codes[why] : ([HOST_UNREACHABLE, HOST_UNREACHABLE_6] as const);
    if (packet.version === 4) this.icmp.unreachable(packet, code[0]);
    else this.icmp6.unreachable(packet, code[1]);
  }

  // ---- services of the network itself --------------------------------------------------------------------------------------

  private service(address: Address, port: number): Service | undefined {
    const { host, dns, host6, dns6 } = this.addresses;
    const is = (...list: Address[]): boolean =>
      list.some((each) => each.length === address.length && samePrefix(each, address, each.length * 8));
    if (port === DHCP_SERVER && is(host, ANY_4)) return (packet, data) => this.serveDhcp(packet, data);
    if (port === DHCP6_SERVER && address.length === 16) return (packet, data) => this.serveDhcp6(packet, data);
    if (port === DNS_PORT && is(dns, dns6)) return (packet, data, from) => this.dns.receive(packet, data, from);
    if (port === TFTP_PORT && is(host, host6)) return (packet, data, from) => this.tftp.receive(packet, data, from);
    return undefined;
  }

  private serveDhcp(_packet: Packet, data: Uint8Array): void {
    const reply = this.dhcp.receive(data);
    if (!reply) return;
    const { bytes, address, mac } = reply;
    const toAll = address[0] === 255;
    this.udp.send(this.addresses.host, DHCP_SERVER, address, DHCP_CLIENT, bytes, toAll ? BROADCAST : mac);
  }

  private serveDhcp6({ source, bytes }: Packet, data: Uint8Array): void {
    const reply = this.dhcp6.receive(data);
    if (reply) this.udp.send(this.link, DHCP6_SERVER, source.slice(), DHCP6_CLIENT, reply, bytes.slice(6, 12));
  }

  // ---- the monitor ---------------------------------------------------------------------------------------------------------

  /** For `info usernet`. */
  describe(): string {
    const { host } = this.addresses;
    const lines = [
      `  gateway ${formatAddress(host)}, ${this.dhcp.count} leases, ${this.udp.size} UDP ports, ${this.policy.denied} denied`,
    ];
    lines.push("  Protocol[State]    Guest address:port          Remote address:port         Bytes");
    for (const { pair, state, held } of this.tcp.all) {
      const from = `${formatAddress(pair.guest)}:${pair.guestPort}`;
      const to = `${formatAddress(pair.remote)}:${pair.remotePort}`;
      lines.push(`  ${`TCP[${state}]`.padEnd(18)} ${from.padEnd(27)} ${to.padEnd(27)} ${held}`);
    }
    for (const line of this.forwards.describe()) lines.push(`  ${line}`);
    return `${lines.join("\n")}\n`;
  }
}

/** Broadcast and multicast go nowhere beyond the network. */
function isForMany(address: Address): boolean {
  if (address.length === 4) return address[0]! >= 224 || address[0] === 0;
  return address[0] === 0xff || samePrefix(address, LINK_LOCAL, 10) || address.every((byte) => byte === 0);
}
