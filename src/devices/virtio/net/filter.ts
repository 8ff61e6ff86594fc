// Which frames a card lets in: its own address, those of the table, VLANs, receive modes. Virtio 1.2, sections 5.1.6.5.1 to 5.1.6.5.3.

import { sameBytes } from "../../../net/bytes.js";
import { TYPE_VLAN } from "../../../net/ethernet.js";
import type { DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

/** Addresses of the table; with more of a kind, all of it come in. */
const TABLE = 64;
const VLANS = 4096;
/** Receive modes in the order of their commands. */
export const MODES = ["promisc", "allmulti", "alluni", "nomulti", "nouni", "nobcast"] as const;
export type Mode = (typeof MODES)[number];

export class ReceiveFilter {
  mac: Uint8Array;
  readonly modes: Record<Mode, boolean> = {
    promisc: true,
    allmulti: false,
    alluni: false,
    nomulti: false,
    nouni: false,
    nobcast: false,
  };
  private unicast: Uint8Array = new Uint8Array(0);
  private multicast: Uint8Array = new Uint8Array(0);
  private tooMany = { unicast: false, multicast: false };
  private readonly vlans = new Uint8Array(VLANS / 8);
  private readonly own: Uint8Array;

  constructor(mac: Uint8Array) {
    this.own = mac.slice();
    this.mac = mac.slice();
    this.reset();
  }

  reset(): void {
    this.mac = this.own.slice();
    for (const mode of MODES) this.modes[mode] = mode === "promisc";
    this.setTable(new Uint8Array(0), new Uint8Array(0));
    this.vlans.fill(0);
  }

  /** Addresses of 6 bytes each, one behind the other. */
  setTable(unicast: Uint8Array, multicast: Uint8Array): void {
    this.tooMany = { unicast: unicast.length > TABLE * 6, multicast: multicast.length > TABLE * 6 };
    this.unicast = this.tooMany.unicast ? new Uint8Array(0) : unicast;
    this.multicast = this.tooMany.multicast ? new Uint8Array(0) : multicast;
  }

  /** False: there is no such VLAN. */
  setVlan(id: number, on: boolean): boolean {
    if (id >= VLANS) return false;
    if (on) this.vlans[id >> 3]! |= 1 << (id & 7);
    else this.vlans[id >> 3]! &= ~(1 << (id & 7));
    return true;
  }

  allVlans(): void {
    this.vlans.fill(0xff);
  }

  /** Whether a frame comes in. */
  lets(frame: Uint8Array): boolean {
    const { modes } = this;
    if (modes.promisc) return true;
    if (((frame[12]! << 8) | frame[13]!) === TYPE_VLAN) {
      const id = ((frame[14]! & 15) << 8) | frame[15]!;
      if ((this.vlans[id >> 3]! & (1 << (id & 7))) === 0) return false;
    }
    if ((frame[0]! & 1) === 0) {
      if (modes.nouni) return false;
      return modes.alluni || this.tooMany.unicast || sameBytes(frame, this.mac) || contains(this.unicast, frame);
    }
    if (isBroadcast(frame)) return !modes.nobcast;
    if (modes.nomulti) return false;
    return modes.allmulti || this.tooMany.multicast || contains(this.multicast, frame);
  }

  save(): DeviceState {
    const { mac, unicast, multicast, tooMany, vlans, modes } = this;
    return {
      ...{ mac: mac.slice(), unicast: unicast.slice(), multicast: multicast.slice(), vlans: vlans.slice() },
      ...{ tooMany: [Number(tooMany.unicast), Number(tooMany.multicast)] },
      modes: MODES.map((mode) => Number(modes[mode])),
    };
  }

  load(state: StateReader): void {
    this.mac = state.bytes("mac", 6).slice();
    this.unicast = table(state, "unicast");
    this.multicast = table(state, "multicast");
    this.vlans.set(state.bytes("vlans", VLANS / 8));
    const [unicast, multicast] = state.uints("tooMany", 2, 1);
    this.tooMany = { unicast: unicast === 1, multicast: multicast === 1 };
    for (const [n, on] of state.uints("modes", MODES.length, 1).entries()) this.modes[MODES[n]!] = on === 1;
  }
}

function table(state: StateReader, name: string): Uint8Array {
  const bytes = state.bytes(name);
  if (bytes.length % 6 !== 0 || bytes.length > TABLE * 6) state.fail(name, `at most ${TABLE} addresses of 6 bytes`);
  return bytes.slice();
}

function isBroadcast(frame: Uint8Array): boolean {
  for (let i = 0; i < 6; i++) if (frame[i] !== 0xff) return false;
  return true;
}

function contains(addresses: Uint8Array, frame: Uint8Array): boolean {
  for (let at = 0; at < addresses.length; at += 6) {
    if (addresses[at] === frame[0] && sameBytes(frame, addresses.subarray(at, at + 6))) return true;
  }
  return false;
}
