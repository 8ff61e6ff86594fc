// ARP (RFC 826): the network's own addresses are all at one card.

import { type Address, samePrefix } from "../address.js";
import { get16, put16 } from "../bytes.js";
import { BROADCAST, TYPE_ARP } from "../ethernet.js";
import { ETHERNET_HEADER } from "../interfaces.js";
import type { Output } from "./output.js";

const LENGTH = 28;
const REQUEST = 1;
const REPLY = 2;

export class Arp {
  constructor(
    private readonly output: Output,
    /** Whose card a request asks for is ours. */
    private readonly own: (address: Address) => boolean,
    private readonly net: Address,
    private readonly mask: number,
  ) {}

  receive(frame: Uint8Array): void {
    const at = ETHERNET_HEADER;
    if (frame.length < at + LENGTH || get16(frame, at) !== 1 || get16(frame, at + 2) !== 0x0800) return;
    if (frame[at + 4] !== 6 || frame[at + 5] !== 4) return;
    const mac = frame.subarray(at + 8, at + 14);
    const sender = frame.subarray(at + 14, at + 18);
    const target = frame.subarray(at + 24, at + 28);
    // Somebody who looks whether an address is free sends from 0.0.0.0.
    if (samePrefix(sender, this.net, this.mask) && !this.own(sender)) this.output.learn(sender, mac);
    if (get16(frame, at + 6) === REQUEST && this.own(target)) this.send(REPLY, target, mac, sender, mac);
  }

  /** Asks who has an address. */
  ask(address: Address, from: Address): void {
    if (samePrefix(address, this.net, this.mask)) this.send(REQUEST, from, new Uint8Array(6), address, BROADCAST);
  }

  private send(operation: number, sender: Address, targetMac: Uint8Array, target: Address, to: Uint8Array): void {
    const frame = new Uint8Array(ETHERNET_HEADER + LENGTH);
    const at = ETHERNET_HEADER;
    frame.set(to);
    frame.set(this.output.mac, 6);
    put16(frame, 12, TYPE_ARP);
    put16(frame, at, 1);
    put16(frame, at + 2, 0x0800);
    frame[at + 4] = 6;
    frame[at + 5] = 4;
    put16(frame, at + 6, operation);
    frame.set(this.output.mac, at + 8);
    frame.set(sender, at + 14);
    frame.set(targetMac, at + 18);
    frame.set(target, at + 24);
    this.output.sendOrKeep(frame);
  }
}
