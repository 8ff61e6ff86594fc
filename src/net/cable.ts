// A cable between two: gives frames over, does what the other end cannot, and stands still while the machine does.

import { type Frame, type NetClient, type NetEnd, NO_OFFLOADS, type Offloads } from "./interfaces.js";
import { covers, finish } from "./offload.js";

/** Is shown every frame that goes over a cable, as it would be on a wire. */
export type Tap = (bytes: Uint8Array) => void;

/** Frames of a cable, for `info network` and tests. */
export interface CableCounts {
  readonly frames: number;
  readonly dropped: number;
}

class End implements NetEnd {
  client: NetClient | undefined;
  other!: End;
  frames = 0;
  dropped = 0;

  constructor(private readonly cable: Cable) {}

  get offloads(): Offloads {
    return this.other.client?.offloads ?? NO_OFFLOADS;
  }

  get up(): boolean {
    return this.cable.up;
  }

  setLink(up: boolean): void {
    this.cable.setLink(up);
  }

  send(frame: Frame): boolean {
    const { client } = this.other;
    if (this.cable.held) return false;
    if (client === undefined || !this.cable.up) return this.drop();
    if (frame.left === undefined || covers(frame.left, client.offloads)) return this.give(frame, client, frame.bytes);
    const pieces = finish(frame);
    if (pieces.length === 0) return this.drop();
    for (const [n, bytes] of pieces.entries()) {
      if (this.give({ bytes }, client, bytes)) continue;
      if (n === 0) return false;
      this.dropped += pieces.length - n;
      break;
    }
    return true;
  }

  ready(): void {
    this.other.client?.ready?.();
  }

  private give(frame: Frame, client: NetClient, bytes: Uint8Array): boolean {
    if (!client.receive(frame)) return false;
    this.frames++;
    const { taps } = this.cable;
    if (taps.length > 0) for (const whole of frame.left ? finish(frame) : [bytes]) for (const tap of taps) tap(whole);
    return true;
  }

  private drop(): boolean {
    this.dropped++;
    return true;
  }
}

export class Cable {
  readonly taps: Tap[] = [];
  private readonly ends: readonly [End, End];
  private linkUp = true;
  private standing = false;

  constructor() {
    const ends = [new End(this), new End(this)] as const;
    ends[0].other = ends[1];
    ends[1].other = ends[0];
    this.ends = ends;
  }

  get up(): boolean {
    return this.linkUp;
  }

  get held(): boolean {
    return this.standing;
  }

  /** Plugs in at one end: 0 is the card's, 1 the back end's. What is sent by it goes to the other. */
  plug(end: 0 | 1, client: NetClient): NetEnd {
    this.ends[end].client = client;
    return this.ends[end];
  }

  end(end: 0 | 1): NetEnd {
    return this.ends[end];
  }

  counts(end: 0 | 1): CableCounts {
    return this.ends[end];
  }

  setLink(up: boolean): void {
    if (up === this.linkUp) return;
    this.linkUp = up;
    for (const { client } of this.ends) client?.linkChanged?.(up);
  }

  /** While held, no frame goes either way, and none is lost. */
  hold(held: boolean): void {
    this.standing = held;
    if (!held) for (const { client } of this.ends) client?.ready?.();
  }
}
