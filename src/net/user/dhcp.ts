// DHCP and BOOTP (RFC 2131, 2132): each card has one address for as long as the network lives.

import { encodeText } from "../../base/text.js";
import { type Address, samePrefix, within } from "../address.js";
import { get32, put32 } from "../bytes.js";
import { formatMac } from "../ethernet.js";
import type { UserAddresses, UserConfig } from "./config.js";
import { encodeNames } from "./names.js";

/** Cards that can have an address. */
const LEASES = 16;
const LEASE_SECONDS = 86400;
const HEADER = 236;
const COOKIE = 0x63825363;
/** What a client takes at least (RFC 1542). */
const SHORTEST_REPLY = 300;

const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const DECLINE = 4;
const ACK = 5;
const NAK = 6;
const RELEASE = 7;
const INFORM = 8;

export interface DhcpReply {
  readonly bytes: Uint8Array;
  /** Of the client; 255.255.255.255 where it has none yet. */
  readonly address: Address;
  readonly mac: Uint8Array;
}

export class Dhcp {
  private readonly leases: (string | undefined)[] = new Array<string | undefined>(LEASES).fill(undefined);

  constructor(
    private readonly config: UserConfig,
    private readonly addresses: UserAddresses,
  ) {}

  /** The first address that is given away. */
  get first(): Address {
    return this.addresses.start;
  }

  /** Those that have an address, for `info usernet`. */
  get count(): number {
    return this.leases.filter((mac) => mac !== undefined).length;
  }

  /** The answer to a message; undefined where there is none. */
  receive(message: Uint8Array): DhcpReply | undefined {
    if (message.length < HEADER || message[0] !== 1 || message[1] !== 1 || message[2] !== 6) return undefined;
    const options = readOptions(message);
    const mac = message.slice(28, 34);
    const type = options.get(53)?.[0];
    if (type === DECLINE || type === RELEASE) return undefined;
    // BOOTP has no type.
    const wanted = this.wanted(message, options, type);
    const server = options.get(54);
    if (type === REQUEST && server && !same(server, this.addresses.host)) return undefined;
    const index = type === INFORM ? undefined : this.lease(formatMac(mac), wanted);
    if (type !== INFORM && index === undefined) return undefined;
    const address = index === undefined ? message.slice(12, 16) : this.address(index);
    const refused = type === REQUEST && wanted !== undefined && !same(wanted, address);
    const kind = type === undefined ? undefined : refused ? NAK : type === DISCOVER ? OFFER : ACK;
    if (type !== undefined && ![DISCOVER, REQUEST, INFORM].includes(type)) return undefined;
    return { bytes: this.reply(message, kind, address), address: broadcastOr(message, address, kind), mac };
  }

  private wanted(
    message: Uint8Array,
    options: ReadonlyMap<number, Uint8Array>,
    type: number | undefined,
  ): Address | undefined {
    const requested = options.get(50);
    if (requested?.length === 4) return requested;
    const client = message.slice(12, 16);
    return type === REQUEST && get32(client, 0) !== 0 ? client : undefined;
  }

  private address(index: number): Address {
    const { start, mask } = this.addresses;
    const host = (get32(start, 0) + index) % 2 ** (32 - mask);
    return within(start, mask, host);
  }

  /** The place of a card: the one that it has, the one it wants when that is free, or any. */
  private lease(mac: string, wanted: Address | undefined): number | undefined {
    const has = this.leases.indexOf(mac);
    if (has >= 0) return has;
    const free = (index: number): boolean => this.leases[index] === undefined && this.usable(index);
    let index = this.leases.findIndex((_, n) => wanted !== undefined && free(n) && same(this.address(n), wanted));
    if (index < 0) index = this.leases.findIndex((_, n) => free(n));
    if (index < 0) return undefined;
    this.leases[index] = mac;
    return index;
  }

  private usable(index: number): boolean {
    const { host, dns, net, mask } = this.addresses;
    const address = this.address(index);
    const ends = [0, 2 ** (32 - mask) - 1].map((end) => within(net, mask, end));
    return ![host, dns, ...ends].some((taken) => same(taken, address)) && samePrefix(address, net, mask);
  }

  private reply(message: Uint8Array, kind: number | undefined, address: Address): Uint8Array {
    const { host } = this.addresses;
    const { bootfile } = this.config;
    const bytes = new Uint8Array(1024);
    bytes.set(message.subarray(0, 44));
    bytes[0] = 2;
    bytes[3] = 0;
    if (kind !== NAK) {
      bytes.set(address, 16);
      bytes.set(host, 20);
      if (bootfile !== undefined) bytes.set(encodeText(bootfile).subarray(0, 127), 108);
    }
    put32(bytes, HEADER, COOKIE);
    let at = HEADER + 4;
    const option = (code: number, value: Uint8Array): void => {
      // The longest ones may be left out; those before them are needed.
      if (value.length === 0 || value.length > 255 || at + value.length + 3 > bytes.length) return;
      bytes[at] = code;
      bytes[at + 1] = value.length;
      bytes.set(value, at + 2);
      at += 2 + value.length;
    };
    if (kind !== undefined) option(53, Uint8Array.of(kind));
    option(54, host);
    if (kind !== NAK) this.options(option);
    bytes[at++] = 255;
    return bytes.slice(0, Math.max(at, SHORTEST_REPLY));
  }

  private options(option: (code: number, value: Uint8Array) => void): void {
    const { config, addresses } = this;
    const mask = new Uint8Array(4);
    put32(mask, 0, (0xffffffff << (32 - addresses.mask)) >>> 0);
    option(1, mask);
    // A guest that reaches nothing has no gateway and no names.
    if (!config.restrict) {
      option(3, addresses.host);
      option(6, addresses.dns);
    }
    const lease = new Uint8Array(4);
    put32(lease, 0, LEASE_SECONDS);
    option(51, lease);
    if (config.hostname !== undefined) option(12, encodeText(config.hostname));
    if (config.domainname !== undefined) option(15, encodeText(config.domainname));
    if (config.tftpServerName !== undefined) option(66, encodeText(config.tftpServerName));
    if (config.bootfile !== undefined) option(67, encodeText(config.bootfile));
    option(119, encodeNames(config.dnssearch));
  }
}

function same(a: Address, b: Address): boolean {
  return samePrefix(a, b, 32);
}

/** A client without an address hears only what goes to all (RFC 2131, section 4.1). */
function broadcastOr(message: Uint8Array, address: Address, kind: number | undefined): Address {
  const has = get32(message, 12) !== 0;
  return has && kind !== NAK ? address : new Uint8Array(4).fill(255);
}

/** Those behind the cookie, up to their end or the message's. */
function readOptions(message: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  if (message.length < HEADER + 4 || get32(message, HEADER) !== COOKIE) return options;
  for (let at = HEADER + 4; at < message.length; ) {
    const code = message[at]!;
    if (code === 255) break;
    if (code === 0) {
      at++;
      continue;
    }
    const length = message[at + 1] ?? 0;
    if (at + 2 + length > message.length) break;
    options.set(code, message.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}
