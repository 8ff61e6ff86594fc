// What a guest may reach of the host's network. It is judged where a connection is made, on the address that it goes to.

import { type Address, formatAddress, parseAddress, samePrefix } from "./address.js";
import { parseReach, type ReachRule } from "./user/config.js";

/** everything: what the host's user reaches; public: no address of this host, of its link, or of a private network. */
export type Reach = "everything" | "public";

export interface PolicyRules {
  readonly restrict: boolean;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Networks that "public" leaves out. */
const PRIVATE = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"],
  ...["::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"],
].map((text) => network(text));

/** Networks of IPv6 whose last four bytes are an address of IPv4: mapped, translated, compatible. */
const EMBEDDED = ["::ffff:0:0/96", "64:ff9b::/96", "::/96"].map((text) => network(text));
const SIX_TO_FOUR = network("2002::/16");

interface Network {
  readonly address: Address;
  readonly bits: number;
}

function network(text: string): Network {
  const [address, bits] = text.split("/");
  return { address: parseAddress(address!)!, bits: Number(bits) };
}

const isIn = (address: Address, { address: net, bits }: Network): boolean => samePrefix(address, net, bits);

/** The address of IPv4 that one of IPv6 leads to, where it does. */
export function plainAddress(address: Address): Address {
  if (address.length === 4) return address;
  if (isIn(address, SIX_TO_FOUR)) return address.slice(2, 6);
  const own = address.subarray(0, 15).every((byte) => byte === 0);
  return !own && EMBEDDED.some((net) => isIn(address, net)) ? address.slice(12) : address;
}

export function isPrivate(address: Address): boolean {
  const plain = plainAddress(address);
  return PRIVATE.some((net) => isIn(plain, net));
}

export class Policy {
  /** Connections and datagrams that were not let through. */
  denied = 0;
  private readonly allow: readonly ReachRule[];
  private readonly deny: readonly ReachRule[];
  /** Addresses of names in rules. */
  private readonly names = new Map<string, readonly Address[]>();

  constructor(
    private readonly rules: PolicyRules,
    private readonly reach: Reach,
  ) {
    this.allow = rules.allow.map(parseReach);
    this.deny = rules.deny.map(parseReach);
  }

  /** Names whose addresses are to be looked up. */
  get wanted(): readonly string[] {
    return [
      ...new Set(
        [...this.allow, ...this.deny].filter(({ address, host }) => !address && host !== "*").map(({ host }) => host),
      ),
    ];
  }

  setName(name: string, addresses: readonly Address[]): void {
    this.names.set(name, addresses);
  }

  /** Whether `address` may be reached; `seen` is what the guest calls it. */
  allows(address: Address, port: number, seen: Address): boolean {
    const allowed = this.judge(plainAddress(address), port, seen);
    if (!allowed) this.denied++;
    return allowed;
  }

  private judge(address: Address, port: number, seen: Address): boolean {
    const { restrict } = this.rules;
    const fits = (rule: ReachRule): boolean => this.fits(rule, address, port) || this.fits(rule, seen, port);
    if (this.deny.some(fits) || restrict) return false;
    if (this.allow.some(fits)) return true;
    // Where something is allowed by name, all else is not.
    return this.allow.length === 0 && (this.reach === "everything" || !isPrivate(address));
  }

  private fits({ host, address: net, bits, port: only }: ReachRule, address: Address, port: number): boolean {
    if (only !== undefined && only !== port) return false;
    if (host === "*") return true;
    if (net) return samePrefix(net, address, bits);
    const text = formatAddress(address);
    return (this.names.get(host) ?? []).some((each) => formatAddress(plainAddress(each)) === text);
  }
}
