// Virtio network card. Virtio 1.2, section 5.1. Frames go to a cable at once; one that its other end has no room for waits in its ring,
// and a frame that comes while the driver has no buffers waits at its sender. So nothing is ever in flight here.

import { type Frame, LARGEST_FRAME, type NetClient, type NetEnd, type Offloads } from "../../../net/interfaces.js";
import type { DeviceState, Topic } from "../../interfaces.js";
import type { StateReader } from "../../state.js";
import { VirtioDevice } from "../device.js";
import { copyIn, copyOut, slice } from "../queue/segments.js";
import type { Chain } from "../queue/virtqueue.js";
import { type Controlled, control } from "./control.js";
import { ReceiveFilter } from "./filter.js";
import { readHeader, writeHeader } from "./header.js";
import * as net from "./registers.js";
import { Steering } from "./steering.js";

export interface VirtioNetOptions {
  readonly mac: Uint8Array;
  /** Plugs the card into its cable. */
  plug(client: NetClient): NetEnd;
  readonly pairs?: number;
  readonly rxQueueSize?: number;
  readonly txQueueSize?: number;
  /** Largest packet that the network carries, where the driver is told. */
  readonly mtu?: number | undefined;
  /** Megabits a second, and whether both ways at once, where the driver is told. */
  readonly speed?: number | undefined;
  readonly fullDuplex?: boolean | undefined;
  /** Features left out. */
  readonly without?: readonly number[];
}

const CONTROL_QUEUE = 64;
/** A command with the longest table of addresses that a driver may reasonably have. */
const LONGEST_COMMAND = 16384;

const FEATURES = [
  ...[net.F_CSUM, net.F_GUEST_CSUM, net.F_CTRL_GUEST_OFFLOADS, net.F_MAC, net.F_GUEST_TSO4, net.F_GUEST_TSO6],
  ...[net.F_GUEST_ECN, net.F_HOST_TSO4, net.F_HOST_TSO6, net.F_HOST_ECN, net.F_MRG_RXBUF, net.F_STATUS, net.F_CTRL_VQ],
  ...[net.F_CTRL_RX, net.F_CTRL_VLAN, net.F_CTRL_RX_EXTRA, net.F_GUEST_ANNOUNCE, net.F_CTRL_MAC_ADDR],
];

/** Bits of CTRL_GUEST_OFFLOADS. */
const GUEST_OFFLOADS = [net.F_GUEST_CSUM, net.F_GUEST_TSO4, net.F_GUEST_TSO6, net.F_GUEST_ECN];

export class VirtioNet extends VirtioDevice implements NetClient, Controlled {
  override readonly name = "virtio-net";
  override readonly deviceId = 1;
  override readonly pciClass = 0x020000;
  override readonly queueSizes: readonly number[];
  override readonly features: readonly number[];
  readonly filter: ReceiveFilter;
  /** Frames that were dropped, and why. */
  readonly dropped = { malformed: 0, filtered: 0, small: 0 };
  private readonly end: NetEnd;
  private readonly maxPairs: number;
  private readonly controlIndex: number;
  private readonly steering = new Steering();
  private readonly header = new DataView(new ArrayBuffer(net.HEADER));
  private readonly headerBytes = new Uint8Array(this.header.buffer);
  private readonly outgoing = new Uint8Array(LARGEST_FRAME);
  private pairs = 1;
  /** Of GUEST_OFFLOADS, what the driver has switched off. */
  private offloadsOff = 0;
  private announcing = false;
  /** The frame that is being received, and what became of it. */
  private arriving: Frame | undefined;
  private took = true;
  /** A sender waits for buffers. */
  private starved = false;
  /** A transmit queue waits for the cable. */
  private blocked = false;

  constructor(private readonly options: VirtioNetOptions) {
    super();
    const { mac, pairs = 1, rxQueueSize = 256, txQueueSize = 256, without = [] } = options;
    this.maxPairs = pairs;
    this.filter = new ReceiveFilter(mac);
    this.controlIndex = 2 * pairs;
    const sizes = Array.from({ length: 2 * pairs }, (_, n) => (n % 2 === 0 ? rxQueueSize : txQueueSize));
    this.queueSizes = without.includes(net.F_CTRL_VQ) ? sizes : [...sizes, CONTROL_QUEUE];
    const features = [...FEATURES];
    if (pairs > 1) features.push(net.F_MQ);
    if (options.mtu !== undefined) features.push(net.F_MTU);
    if (options.speed !== undefined || options.fullDuplex !== undefined) features.push(net.F_SPEED_DUPLEX);
    this.features = features.filter((bit) => !without.includes(bit));
    this.config = new Uint8Array(net.CONFIG_SIZE);
    this.end = options.plug(this);
    this.fillConfig();
  }

  readonly topics: readonly Topic[] = [];

  /** What the driver does in frames that come. */
  get offloads(): Offloads {
    const has = (bit: number): boolean =>
      this.transport.negotiated(bit) && (this.offloadsOff & (1 << GUEST_OFFLOADS.indexOf(bit))) === 0;
    const checksum = has(net.F_GUEST_CSUM);
    // Without mergeable buffers, one has room for the largest only where the driver has seen to that: it has, with these bits.
    return {
      checksum,
      segment4: checksum && has(net.F_GUEST_TSO4),
      segment6: checksum && has(net.F_GUEST_TSO6),
    };
  }

  negotiated = (feature: number): boolean => this.transport.negotiated(feature);

  override reset(): void {
    this.filter.reset();
    this.steering.reset();
    this.pairs = 1;
    this.offloadsOff = 0;
    this.announcing = this.starved = this.blocked = false;
    this.fillConfig();
  }

  override handleQueue(index: number): void {
    if (index === this.controlIndex) this.commands(index);
    else if (index % 2 === 1) this.transmit(index);
    else if (this.arriving) this.took = this.deliver(index, this.arriving);
    else if (this.starved) {
      this.starved = false;
      this.end.ready();
    }
  }

  // ---- frames that come ----------------------------------------------------------------------------------------------------

  receive(frame: Frame): boolean {
    const { bytes } = frame;
    if (bytes.length < 14) return true;
    if (!this.filter.lets(bytes)) {
      this.dropped.filtered++;
      return true;
    }
    this.arriving = frame;
    // Dropped where the driver is not there.
    this.took = true;
    this.transport.kick(2 * this.steering.pairFor(bytes, this.pairs));
    this.arriving = undefined;
    return this.took;
  }

  /** False: the driver has not enough buffers. */
  private deliver(index: number, frame: Frame): boolean {
    const queue = this.transport.queue(index);
    const merged = this.transport.negotiated(net.F_MRG_RXBUF);
    const needed = net.HEADER + frame.bytes.length;
    const chains: Chain[] = [];
    let room = 0;
    while (room < needed) {
      const chain = queue.pop();
      if (chain === undefined) {
        for (const taken of chains.reverse()) queue.unpop(taken);
        this.starved = true;
        return false;
      }
      chains.push(chain);
      room += chain.writableLength;
      if (!merged) break;
      // A driver may offer buffers of nothing for ever.
      if (chain.writableLength === 0) break;
    }
    if (room < needed) {
      for (const chain of chains) queue.push(chain, 0);
      this.dropped.small++;
    } else {
      writeHeader(this.header, frame, merged ? chains.length : 1);
      this.fill(index, chains, frame.bytes);
    }
    this.transport.notify(index);
    return true;
  }

  private fill(index: number, chains: readonly Chain[], bytes: Uint8Array): void {
    const { memory } = this.transport;
    const queue = this.transport.queue(index);
    let at = 0;
    for (const [n, chain] of chains.entries()) {
      const head = n === 0 ? copyIn(memory, chain.writable, this.headerBytes) : 0;
      const part = bytes.subarray(at, at + chain.writableLength - head);
      copyIn(memory, head === 0 ? chain.writable : slice(chain.writable, head, part.length), part);
      at += part.length;
      queue.push(chain, head + part.length);
    }
  }

  // ---- frames that go ------------------------------------------------------------------------------------------------------

  private transmit(index: number): void {
    const queue = this.transport.queue(index);
    try {
      for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
        if (!this.sendOne(chain, index >> 1)) {
          queue.unpop(chain);
          this.blocked = true;
          break;
        }
        queue.push(chain, 0);
      }
    } finally {
      this.transport.notify(index);
    }
  }

  /** False: the cable has no room. */
  private sendOne(chain: Chain, pair: number): boolean {
    const { memory } = this.transport;
    const length = chain.readableLength - net.HEADER;
    if (length < 14 || length > LARGEST_FRAME) return this.malformed();
    copyOut(memory, chain.readable, this.headerBytes);
    const told = readHeader(this.header, length);
    if (!told) return this.malformed();
    const bytes = this.outgoing.subarray(0, length);
    copyOut(memory, slice(chain.readable, net.HEADER, length), bytes);
    if (this.pairs > 1) this.steering.sent(bytes, pair);
    return this.end.send({ bytes, ...told });
  }

  private malformed(): true {
    this.dropped.malformed++;
    return true;
  }

  ready(): void {
    if (!this.blocked) return;
    this.blocked = false;
    for (let pair = 0; pair < this.maxPairs; pair++) this.transport.kick(2 * pair + 1);
  }

  // ---- commands ------------------------------------------------------------------------------------------------------------

  private commands(index: number): void {
    const queue = this.transport.queue(index);
    try {
      for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
        const command = new Uint8Array(Math.min(chain.readableLength, LONGEST_COMMAND));
        copyOut(this.transport.memory, chain.readable, command);
        const fits = command.length === chain.readableLength;
        const status = fits && control(this, command) ? net.CTRL_OK : net.CTRL_ERR;
        queue.push(chain, copyIn(this.transport.memory, chain.writable, Uint8Array.of(status)));
      }
    } finally {
      this.transport.notify(index);
    }
  }

  acknowledgeAnnouncement(): void {
    this.announcing = false;
    this.fillConfig();
  }

  /** Has the driver tell the network where its card is. False: it does not know how. */
  announce(): boolean {
    if (!this.transport.negotiated(net.F_GUEST_ANNOUNCE) || !this.transport.negotiated(net.F_STATUS)) return false;
    this.announcing = true;
    this.fillConfig();
    this.transport.configChanged();
    return true;
  }

  setPairs(pairs: number): boolean {
    if (pairs < 1 || pairs > this.maxPairs) return false;
    this.pairs = pairs;
    return true;
  }

  setOffloads(low: number, high: number): boolean {
    let off = 0;
    let known = 0;
    for (const [n, bit] of GUEST_OFFLOADS.entries()) {
      if (!this.transport.negotiated(bit)) continue;
      known |= 1 << bit;
      if ((low & (1 << bit)) === 0) off |= 1 << n;
    }
    if ((low & ~known) !== 0 || high !== 0) return false;
    this.offloadsOff = off;
    return true;
  }

  // ---- configuration and state ---------------------------------------------------------------------------------------------

  linkChanged(): void {
    this.fillConfig();
    // The driver knows it already.
    if (this.link !== undefined) return;
    this.transport.configChanged();
  }

  private fillConfig(): void {
    const { mtu = 0, speed = 0xffffffff, fullDuplex, mac } = this.options;
    const view = new DataView(this.config.buffer);
    this.config.set(mac, net.C_MAC);
    view.setUint16(net.C_STATUS, (this.end.up ? net.S_LINK_UP : 0) | (this.announcing ? net.S_ANNOUNCE : 0), true);
    view.setUint16(net.C_PAIRS, this.maxPairs, true);
    view.setUint16(net.C_MTU, mtu, true);
    view.setUint32(net.C_SPEED, speed, true);
    view.setUint8(net.C_DUPLEX, fullDuplex === undefined ? 0xff : Number(fullDuplex));
  }

  override save(): DeviceState {
    const { pairs, offloadsOff, announcing, starved, blocked } = this;
    const link = this.end.up;
    return { pairs, offloadsOff, announcing, starved, blocked, link, filter: this.filter.save() };
  }

  override load(state: StateReader): void {
    this.pairs = state.uint("pairs", this.maxPairs);
    if (this.pairs === 0) state.fail("pairs", `a number from 1 to ${this.maxPairs}`);
    this.offloadsOff = state.uint("offloadsOff", 2 ** GUEST_OFFLOADS.length - 1);
    this.announcing = state.bool("announcing");
    this.starved = state.bool("starved");
    this.blocked = state.bool("blocked");
    this.link = state.bool("link");
    this.filter.load(state.part("filter"));
    this.steering.reset();
  }

  /** Of a loaded state. */
  private link: boolean | undefined;

  override settle(): void {
    if (this.link !== undefined) this.end.setLink(this.link);
    this.link = undefined;
    this.fillConfig();
  }
}
