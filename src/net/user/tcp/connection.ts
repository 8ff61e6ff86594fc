// A connection between the guest and a stream of the host (RFC 9293). Either may have begun it.

import { NET_LINGER_NS, NET_RETRIES, NET_SEND_BUFFER, NET_STALL_NS } from "../../../tuning/network.js";
import type { Address } from "../../address.js";
import type { HostStream, Refusal, StreamEvents } from "../../host.js";
import { Receiver } from "./receiver.js";
import { ACK, add, after, FIN, PSH, RST, type Segment, SYN } from "./segment.js";
import { Sender } from "./sender.js";

/** The two ends as the guest sees them. */
export interface Pair {
  readonly guest: Address;
  readonly guestPort: number;
  readonly remote: Address;
  readonly remotePort: number;
}

/** What a segment to the guest says. */
export interface Outgoing {
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly window: number;
  /** With SYN. */
  readonly shift?: number | undefined;
  /** Bytes of a queue, from an offset on; the largest segment that the guest takes. */
  readonly data?: { readonly from: Sender; readonly offset: number; readonly count: number };
}

export interface Surroundings {
  now(): number;
  /** Sends a segment. False: the card has no room, and flush() follows. */
  send(pair: Pair, segment: Outgoing): boolean;
  /** Most bytes of one send(). */
  largest(mss: number): number;
  /** tick() is wanted at a time. */
  rearm(at: number): void;
  /** It is over: the pair may be used again. */
  gone(connection: Connection): void;
  /** The connection could not be made; the packet that asked for it is told so, where TCP does not say it. */
  refused(connection: Connection, why: Refusal): void;
}

/** Our own scale of windows: 512 KiB in 16 bits. */
export const SHIFT = 4;

/** connecting: the host's connection is being made; asked: the guest was answered; asking: the guest is asked. */
type State = "connecting" | "asked" | "asking" | "open" | "lingering" | "over";

export class Connection implements StreamEvents {
  state: State = "connecting";
  /** When something is to be done without anything coming. */
  deadline = Number.POSITIVE_INFINITY;
  stream: HostStream | undefined;
  /** The card had no room. */
  blocked = false;
  private receiver: Receiver;
  private sender: Sender;
  private paused = false;
  private endedToHost = false;
  private takenAt = 0;

  /** `initial`: our first sequence number. `syn`: what the guest asked with; undefined where it is asked. */
  constructor(
    readonly pair: Pair,
    private readonly around: Surroundings,
    private readonly initial: number,
    syn: Segment | undefined,
    private readonly mssMost: number,
  ) {
    this.receiver = new Receiver(syn ? add(syn.sequence, 1) : 0, syn?.shift === undefined ? 0 : SHIFT);
    this.sender = this.makeSender(syn);
    if (syn) this.sender.window = syn.window;
  }

  private makeSender(syn: Segment | undefined): Sender {
    return new Sender(add(this.initial, 1), Math.min(syn?.mss ?? this.mssMost, this.mssMost), syn?.shift ?? 0);
  }

  /** Bytes that are kept for it. */
  get held(): number {
    return this.receiver.held + this.sender.queue.length;
  }

  /** What is acknowledged. */
  get expected(): number {
    return this.receiver.acknowledged;
  }

  /** Asks the guest for a connection. */
  ask(): void {
    this.state = "asking";
    this.sendSyn();
  }

  // ---- what the host says --------------------------------------------------------------------------------------------------

  opened(): void {
    if (this.state !== "connecting") return;
    this.state = "asked";
    this.sendSyn();
  }

  refused(why: Refusal): void {
    if (this.state !== "connecting") return;
    this.around.refused(this, why);
    this.over();
  }

  data(bytes: Uint8Array): void {
    if (this.state === "over" || this.sender.ending) return;
    this.sender.queue.push(bytes);
    if (this.sender.queue.length >= NET_SEND_BUFFER && !this.paused) {
      this.paused = true;
      this.stream?.pause();
    }
    this.pump();
  }

  ended(): void {
    this.sender.ending = true;
    this.pump();
  }

  taken(count: number): void {
    const { receiver } = this;
    receiver.untaken = Math.max(0, receiver.untaken - count);
    receiver.stalled = false;
    this.takenAt = this.around.now();
    this.finishReading();
    if (this.state === "over") return;
    this.acknowledge();
    this.closeIfDone();
  }

  reset(): void {
    if (this.state === "over") return;
    this.sendReset();
    this.stream = undefined;
    this.over();
  }

  // ---- what the guest says -------------------------------------------------------------------------------------------------

  receive(segment: Segment): void {
    if (this.state === "connecting") {
      // The guest asks again, or gives up.
      if ((segment.flags & RST) !== 0) this.abort();
      return;
    }
    if (this.state === "asking") this.answered(segment);
    else this.segment(segment);
  }

  private answered(segment: Segment): void {
    const right = (segment.flags & ACK) !== 0 && segment.acknowledged === add(this.initial, 1);
    if (!right) return;
    if ((segment.flags & RST) !== 0) {
      this.abort();
      return;
    }
    if ((segment.flags & SYN) === 0) return;
    this.receiver = new Receiver(add(segment.sequence, 1), segment.shift === undefined ? 0 : SHIFT);
    const { queue, ending } = this.sender;
    this.sender = this.makeSender(segment);
    this.sender.window = segment.window;
    this.sender.ending = ending;
    for (let n = 0; n < queue.length; ) {
      const bytes = new Uint8Array(queue.length);
      queue.copy(0, bytes.length, bytes, 0);
      this.sender.queue.push(bytes);
      n += bytes.length;
    }
    this.state = "open";
    this.acknowledge();
    this.stream?.resume();
    this.pump();
  }

  private segment(segment: Segment): void {
    const { receiver } = this;
    const { sequence, data, flags } = segment;
    const length = data.length + (flags & FIN ? 1 : 0);
    if ((flags & RST) !== 0) {
      // One that is not where the guest is may be anybody's (RFC 5961).
      if (sequence === receiver.next || sequence === receiver.acknowledged) this.abort();
      else if (receiver.expects(sequence, 0)) this.acknowledge();
      return;
    }
    if ((flags & SYN) !== 0) {
      if (this.state === "asked") this.sendSyn();
      else this.acknowledge();
      return;
    }
    if ((flags & ACK) === 0) return;
    if (!receiver.expects(sequence, length)) {
      this.acknowledge();
      return;
    }
    if (this.state === "asked") {
      if (segment.acknowledged !== this.sender.first) {
        this.sendReset(segment.acknowledged);
        return;
      }
      this.state = "open";
      // The window of a SYN is not scaled, and this one is.
      this.sender.roundTrip.retries = 0;
      this.deadline = Number.POSITIVE_INFINITY;
    }
    this.acknowledged(segment);
    if (length > 0 && this.state !== "over") this.take(segment);
    this.closeIfDone();
  }

  private acknowledged(segment: Segment): void {
    const { sender } = this;
    const what = sender.acknowledge(segment, this.around.now());
    if (what === "ahead") {
      this.acknowledge();
      return;
    }
    if (what === "lost") this.sendAgain();
    if (what === "new") this.deadline = Number.POSITIVE_INFINITY;
    if (this.paused && sender.queue.length < NET_SEND_BUFFER / 2) {
      this.paused = false;
      this.stream?.resume();
    }
    this.pump();
  }

  private take({ sequence, data, flags }: Segment): void {
    const { receiver } = this;
    if (receiver.untaken === 0) this.takenAt = this.around.now();
    const inOrder = receiver.take(sequence, data, (flags & FIN) !== 0, (bytes) => this.stream?.write(bytes));
    // Nothing is taken for long: what the guest sends again is answered with a closed window, so that it does not give up.
    if (receiver.untaken > 0 && this.around.now() - this.takenAt > NET_STALL_NS) receiver.stalled = true;
    this.finishReading();
    // What came in order is acknowledged when it is taken.
    if (!inOrder || receiver.untaken === 0 || receiver.stalled) this.acknowledge();
  }

  /** The guest sends no more, and the host has all. */
  private finishReading(): void {
    const { receiver } = this;
    if (!receiver.finished || receiver.untaken > 0 || this.endedToHost) return;
    this.endedToHost = true;
    this.stream?.end();
  }

  private closeIfDone(): void {
    if (!this.sender.ended || !this.endedToHost || this.state !== "open") return;
    this.state = "lingering";
    this.stream = undefined;
    this.deadline = this.around.now() + NET_LINGER_NS;
    this.around.rearm(this.deadline);
  }

  // ---- what is sent --------------------------------------------------------------------------------------------------------

  private sendSyn(): void {
    const { receiver, sender } = this;
    const asking = this.state === "asking";
    this.around.send(this.pair, {
      sequence: this.initial,
      acknowledged: asking ? 0 : receiver.acknowledged,
      flags: asking ? SYN : SYN | ACK,
      // Not scaled yet.
      window: Math.min(65535, receiver.window << receiver.shift),
      shift: asking || receiver.shift > 0 ? SHIFT : undefined,
    });
    this.deadline = this.around.now() + sender.roundTrip.timeout;
    this.around.rearm(this.deadline);
  }

  private acknowledge(): void {
    const { receiver, sender } = this;
    const { acknowledged, window } = receiver;
    // Where the guest is, though what was sent before may be on its way again: it would answer an older number with this same.
    const sent = this.around.send(this.pair, { sequence: sender.most, acknowledged, flags: ACK, window });
    if (!sent) this.blocked = true;
  }

  private sendReset(sequence = this.sender.most): void {
    this.around.send(this.pair, { sequence, acknowledged: this.receiver.acknowledged, flags: RST | ACK, window: 0 });
  }

  /** Sends what there is room for, at both ends of the cable. */
  private pump(): void {
    if (this.state !== "open") return;
    const { sender, around } = this;
    let fits = true;
    for (let count = sender.sendable(); count > 0 && fits; count = sender.sendable()) {
      fits = this.sendData(Math.min(count, around.largest(sender.mss)));
    }
    if (fits && sender.endable) fits = this.sendData(0);
    this.blocked = !fits;
    this.schedule();
  }

  /** The next `count` bytes, with the end where it is next. */
  private sendData(count: number): boolean {
    const { sender, receiver } = this;
    const offset = sender.inFlight;
    const last = offset + count === sender.queue.length;
    const fin = last && sender.ending;
    const sent = this.around.send(this.pair, {
      sequence: sender.next,
      acknowledged: receiver.acknowledged,
      flags: ACK | (last ? PSH : 0) | (fin ? FIN : 0),
      window: receiver.window,
      ...(count > 0 ? { data: { from: sender, offset, count } } : {}),
    });
    if (sent) sender.sent(count + (fin ? 1 : 0), this.around.now());
    return sent;
  }

  /** The first segment that is not acknowledged. */
  private sendAgain(): void {
    const { sender, receiver } = this;
    const count = Math.min(sender.mss, sender.queue.length);
    const fin = count === sender.queue.length && sender.ending && after(sender.most, sender.first) > count;
    this.around.send(this.pair, {
      sequence: sender.first,
      acknowledged: receiver.acknowledged,
      flags: ACK | (fin ? FIN : 0),
      window: receiver.window,
      ...(count > 0 ? { data: { from: sender, offset: 0, count } } : {}),
    });
  }

  /** The card has room again. */
  flush(): void {
    this.blocked = false;
    if (this.state === "open" && this.receiver.untaken === 0) this.acknowledge();
    this.pump();
  }

  private schedule(): void {
    const { sender } = this;
    const waits = sender.inFlight > 0 || (sender.queue.length > 0 && !this.blocked);
    const before = this.deadline;
    if (!waits) this.deadline = Number.POSITIVE_INFINITY;
    else if (this.deadline === Number.POSITIVE_INFINITY) this.deadline = this.around.now() + sender.roundTrip.timeout;
    if (this.deadline !== before) this.around.rearm(this.deadline);
  }

  /** The deadline has come. */
  tick(): void {
    const { sender, around } = this;
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.state === "lingering") {
      this.over();
      return;
    }
    if (sender.roundTrip.retries >= NET_RETRIES) {
      this.sendReset();
      this.abort();
      return;
    }
    if (this.state === "asked" || this.state === "asking") {
      sender.roundTrip.retries++;
      this.sendSyn();
      return;
    }
    if (this.state !== "open") return;
    if (sender.inFlight > 0) {
      sender.timedOut();
      // Behind a window that has closed one byte goes, so that the guest says when it opens.
      if (sender.window === 0) this.probe();
      this.pump();
    } else this.probe();
    if (this.deadline === Number.POSITIVE_INFINITY) this.deadline = around.now() + sender.roundTrip.timeout;
    around.rearm(this.deadline);
  }

  /** A segment before the window: the guest answers with its window. */
  private probe(): void {
    const { sender, receiver } = this;
    const { acknowledged, window } = receiver;
    // The guest that answers is there: this may go on for ever.
    sender.roundTrip.retries = Math.min(sender.roundTrip.retries + 1, NET_RETRIES - 4);
    this.around.send(this.pair, { sequence: add(sender.first, -1), acknowledged, flags: ACK, window });
  }

  // ---- the end -------------------------------------------------------------------------------------------------------------

  /** Broken off, by the guest or because it does not answer. */
  abort(): void {
    this.stream?.reset();
    this.stream = undefined;
    this.over();
  }

  private over(): void {
    if (this.state === "over") return;
    this.state = "over";
    this.deadline = Number.POSITIVE_INFINITY;
    this.around.gone(this);
  }
}
