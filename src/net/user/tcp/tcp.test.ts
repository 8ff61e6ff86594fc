// Two of our own ends over a cable that loses, delays and reorders: all comes through, in order, whatever the cable does.

import { expect, it } from "vitest";
import type { HostStream, StreamEvents } from "../../host.js";
import { FakeClock } from "../testing/clock.js";
import { Connection, type Outgoing, type Pair } from "./connection.js";
import { ACK, type Segment, SYN } from "./segment.js";

const PAIR: Pair = { guest: new Uint8Array(4), guestPort: 1, remote: new Uint8Array(4), remotePort: 2 };
const MSS = 1000;

/** A generator of its own, so that a seed repeats a run. */
function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Weather {
  readonly loss: number;
  /** Nanoseconds, each segment another: they overtake each other. */
  readonly delay: number;
  /** Refuses segments, as a card without room. */
  readonly refuse: number;
  /** Bytes that the reader takes in a turn. */
  readonly reads: number;
}

/** One end, with a host's socket that takes bytes by and by and has `data` to send. */
class End {
  readonly got: number[] = [];
  over = false;
  ended = false;
  connection!: Connection;
  private untaken = 0;
  private paused = false;
  private sent = 0;
  mostHeld = 0;

  constructor(
    private readonly data: Uint8Array,
    private readonly reads: number,
  ) {}

  readonly stream: HostStream = {
    write: (bytes) => {
      for (const byte of bytes) this.got.push(byte);
      this.untaken += bytes.length;
    },
    end: () => {
      this.ended = true;
    },
    reset: () => {
      this.over = true;
    },
    pause: () => {
      this.paused = true;
    },
    resume: () => {
      this.paused = false;
    },
  };

  /** A turn of the host. */
  turn(): void {
    const events: StreamEvents = this.connection;
    const count = Math.min(this.untaken, this.reads);
    this.untaken -= count;
    if (count > 0) events.taken(count);
    this.mostHeld = Math.max(this.mostHeld, this.connection.held);
    if (this.paused || this.sent > this.data.length) return;
    if (this.sent === this.data.length) {
      this.sent++;
      events.ended();
      return;
    }
    events.data(this.data.slice(this.sent, this.sent + 30_000));
    this.sent = Math.min(this.data.length, this.sent + 30_000);
  }
}

/** Carries `data` both ways; answers both ends. */
function carry(seed: number, size: number, { loss, delay, refuse, reads }: Weather): [End, End] {
  const roll = random(seed);
  const clock = new FakeClock();
  const data = (): Uint8Array => Uint8Array.from({ length: size }, () => roll() * 256);
  const ends = [new End(data(), reads), new End(data(), reads)] as const;
  const deliveries: { at: number; to: number; segment: Segment }[] = [];
  let refused = false;
  const around = (own: number) => ({
    now: () => clock.now(),
    send(_pair: Pair, out: Outgoing): boolean {
      if (out.data && roll() < refuse) {
        refused = true;
        return false;
      }
      if (roll() < loss) return true;
      const bytes = new Uint8Array(out.data?.count ?? 0);
      out.data?.from.queue.copy(out.data.offset, bytes.length, bytes, 0);
      const segment: Segment = { ...{ sourcePort: 1, port: 2, mss: MSS }, ...out, shift: out.shift, data: bytes };
      deliveries.push({ at: clock.now() + roll() * delay, to: 1 - own, segment });
      return true;
    },
    largest: (mss: number) => mss,
    rearm() {},
    gone: () => {
      ends[own]!.over = true;
    },
    refused() {},
  });
  const asker = new Connection(PAIR, around(0), 0xffff_f000, undefined, MSS);
  ends[0].connection = asker;
  asker.stream = ends[0].stream;
  asker.ask();
  let answerer: Connection | undefined;
  for (let step = 0; step < 200_000 && !ends.every(({ over }) => over); step++) {
    deliveries.sort((a, b) => a.at - b.at);
    const connections = [asker, answerer];
    const due = Math.min(deliveries[0]?.at ?? Number.POSITIVE_INFINITY, clock.now() + 1e6);
    clock.advance(Math.max(0, due - clock.now()));
    while (deliveries.length > 0 && deliveries[0]!.at <= clock.now()) {
      const { to, segment } = deliveries.shift()!;
      if (to === 1 && !answerer && (segment.flags & (SYN | ACK)) === SYN) {
        answerer = new Connection(PAIR, around(1), 77, segment, MSS);
        answerer.stream = ends[1].stream;
        ends[1].connection = answerer;
        answerer.opened();
      } else (to === 0 ? asker : answerer)?.receive(segment);
    }
    if (refused) for (const connection of connections) connection?.flush();
    refused = false;
    for (const [n, connection] of connections.entries()) {
      if (!connection || connection.state === "over") continue;
      ends[n]!.turn();
      if (connection.deadline <= clock.now()) connection.tick();
    }
  }
  expect([ends[0].got.length, ends[1].got.length, ends[0].over, ends[1].over], `seed ${seed}`).toEqual([
    size,
    size,
    true,
    true,
  ]);
  expect([same(ends[0].got, ends[1]), same(ends[1].got, ends[0])], `seed ${seed}`).toEqual([true, true]);
  return [ends[0], ends[1]];
}

const same = (got: readonly number[], from: End): boolean =>
  got.every((byte, n) => byte === (from as unknown as { data: Uint8Array }).data[n]);

const CALM: Weather = { loss: 0, delay: 1e5, refuse: 0, reads: 1e6 };

it.each([
  ["on a good cable", CALM],
  ["with delay and reordering", { ...CALM, delay: 20e6 }],
  ["with loss", { ...CALM, loss: 0.05 }],
  ["with a card that has no room", { ...CALM, refuse: 0.3 }],
  ["to a reader that is slow", { ...CALM, reads: 3000 }],
  ["with all of it", { loss: 0.1, delay: 10e6, refuse: 0.1, reads: 20_000 }],
] as const)("bytes come through both ways %s", (_name, weather) => {
  const seed = Math.floor(Math.random() * 2 ** 31) + 1;
  console.log(`seed ${seed}`);
  for (const end of carry(seed, 150_000, weather)) expect(end.mostHeld).toBeLessThanOrEqual(1 << 20);
});
