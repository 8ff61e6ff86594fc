// What -netdev user says, as plain data, with QEMU's names and addresses; and its text made into that.

import { type Address, formatAddress, parse4, parse6, parseAddress, samePrefix, within } from "../address.js";

export interface UserConfig {
  ipv4: boolean;
  ipv6: boolean;
  /** The guest reaches nothing but what is forwarded. */
  restrict: boolean;
  /** Addresses as text; unless they were set, made of the networks when these are known. */
  net: string;
  mask: number;
  host?: string;
  dns?: string;
  dhcpstart?: string;
  net6: string;
  prefix6: number;
  host6?: string;
  dns6?: string;
  hostname?: string;
  domainname?: string;
  dnssearch: string[];
  /** Folder of the TFTP server. */
  tftp?: string;
  tftpServerName?: string;
  bootfile?: string;
  hostfwd: string[];
  guestfwd: string[];
  /** HOST[:PORT], in order. */
  allow: string[];
  deny: string[];
}

export function defaultUserConfig(): UserConfig {
  return {
    ...{ ipv4: true, ipv6: true, restrict: false, net: "10.0.2.0", mask: 24, net6: "fec0::", prefix6: 64 },
    ...{ dnssearch: [], hostfwd: [], guestfwd: [], allow: [], deny: [] },
  };
}

/** Addresses of a network. */
export interface UserAddresses {
  readonly net: Address;
  readonly mask: number;
  readonly host: Address;
  readonly dns: Address;
  readonly start: Address;
  readonly net6: Address;
  readonly prefix6: number;
  readonly host6: Address;
  readonly dns6: Address;
}

/** Throws Error, the rest of a sentence, where they contradict each other. */
export function userAddresses(config: UserConfig): UserAddresses {
  const net = within(parse4(config.net)!, config.mask, 0);
  const net6 = within(parse6(config.net6)!, config.prefix6, 0);
  const inside = (name: string, text: string | undefined, host: number): Address => {
    const address = text === undefined ? within(net, config.mask, host) : parse4(text)!;
    if (samePrefix(address, net, config.mask)) return address;
    throw new Error(`${name}=${text} is not in the network ${formatAddress(net)}/${config.mask}`);
  };
  const host = inside("host", config.host, 2);
  const dns = inside("dns", config.dns, 3);
  const start = inside("dhcpstart", config.dhcpstart, 15);
  const same = (a: Address, b: Address): boolean => samePrefix(a, b, a.length * 8);
  if (same(host, dns)) throw new Error("host and dns are one address");
  if (same(start, host) || same(start, dns)) throw new Error("dhcpstart is the address of host or dns");
  const host6 = config.host6 === undefined ? within(net6, config.prefix6, 2) : parse6(config.host6)!;
  const dns6 = config.dns6 === undefined ? within(net6, config.prefix6, 3) : parse6(config.dns6)!;
  return { net, mask: config.mask, host, dns, start, net6, prefix6: config.prefix6, host6, dns6 };
}

export interface HostForward {
  readonly protocol: "tcp" | "udp";
  /** "" is every address of the host. */
  readonly hostAddress: string;
  readonly hostPort: number;
  /** Undefined: the first address that DHCP gives. */
  readonly guestAddress: Address | undefined;
  readonly guestPort: number;
}

/** [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport. Throws Error, the rest of a sentence. */
export function parseHostForward(rule: string): HostForward {
  const match = /^(tcp|udp)?:([^:]*):(\d+)-([^:]*):(\d+)$/.exec(rule);
  if (!match)
    throw new Error(
      `invalid host forwarding rule '${rule}' (it is [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport)`,
    );
  const [, protocol = "tcp", hostAddress, hostPort, guest, guestPort] = match;
  const from = host4(rule, hostAddress!);
  const to = host4(rule, guest!);
  const guestAddress = to === "" ? undefined : parse4(to);
  return {
    protocol: protocol as "tcp" | "udp",
    hostAddress: from,
    hostPort: port(rule, hostPort!, 0),
    guestAddress,
    guestPort: port(rule, guestPort!, 1),
  };
}

function host4(rule: string, text: string): string {
  if (text === "" || parse4(text)) return text;
  throw new Error(`invalid host forwarding rule '${rule}': '${text}' is no address`);
}

function port(rule: string, text: string, least: number): number {
  const number = Number(text);
  if (number < least || number > 65535) throw new Error(`invalid forwarding rule '${rule}': ${text} is no port`);
  return number;
}

export interface GuestForward {
  readonly address: Address;
  readonly port: number;
  readonly toHost: string;
  readonly toPort: number;
}

/** [tcp]:server:port-tcp:host:port. Throws Error, the rest of a sentence. */
export function parseGuestForward(rule: string): GuestForward {
  const match = /^(?:tcp)?:([0-9.]+):(\d+)-tcp:([^:]+|\[[^\]]+\]):(\d+)$/.exec(rule);
  const address = match && parse4(match[1]!);
  if (!match || !address) {
    throw new Error(
      `invalid guest forwarding rule '${rule}' (it is tcp:server:port-tcp:host:port; commands and other character devices cannot be run)`,
    );
  }
  const toHost = match[3]!.replace(/^\[|\]$/g, "");
  return { address, port: port(rule, match[2]!, 1), toHost, toPort: port(rule, match[4]!, 1) };
}

/** What a rule of allow= or deny= names: an address, a network or a name, perhaps with a port. */
export interface ReachRule {
  readonly host: string;
  readonly address: Address | undefined;
  readonly bits: number;
  readonly port: number | undefined;
}

/** HOST[:PORT]: HOST is an address, [IPv6], a network as 10.0.0.0/8, a name, or `*`. Throws Error, the rest of a sentence. */
export function parseReach(rule: string): ReachRule {
  const match = /^(\[[0-9a-f:.]+(?:\/\d+)?\]|[^:[\]]+)(?::(\d+))?$/i.exec(rule);
  const whole = parse6(rule) ? [rule, rule, undefined] : match;
  if (!whole) throw new Error(`invalid rule '${rule}' (it is HOST[:PORT], an IPv6 address in brackets)`);
  const host = whole[1]!.replace(/^\[|\]$/g, "");
  const [name, length] = host.split("/");
  const address = parseAddress(name!);
  const most = address ? address.length * 8 : 0;
  const bits = length === undefined ? most : Number(length);
  if (length !== undefined && (!address || !/^\d+$/.test(length) || bits > most)) {
    throw new Error(`invalid rule '${rule}': '${host}' is no network`);
  }
  return { host, address, bits, port: whole[2] === undefined ? undefined : port(rule, whole[2], 1) };
}
