// Which of several queue pairs a frame comes in by: the one that its flow went out by last (virtio 1.2, section 5.1.6.5.5).

import { TYPE_IPV4, TYPE_IPV6 } from "../../../net/ethernet.js";

const FLOWS = 256;

export class Steering {
  private readonly pairs = new Uint16Array(FLOWS);

  reset(): void {
    this.pairs.fill(0);
  }

  sent(frame: Uint8Array, pair: number): void {
    this.pairs[flowOf(frame)] = pair;
  }

  pairFor(frame: Uint8Array, pairs: number): number {
    return pairs === 1 ? 0 : this.pairs[flowOf(frame)]! % pairs;
  }
}

/** The same both ways: addresses and ports are added up. */
function flowOf(frame: Uint8Array): number {
  const type = (frame[12]! << 8) | frame[13]!;
  const [from, to] = type === TYPE_IPV4 ? [26, 38] : type === TYPE_IPV6 ? [22, 58] : [0, 0];
  if (to > frame.length) return 0;
  let sum = 0;
  for (let at = from; at < to; at += 2) sum += (frame[at]! << 8) | frame[at + 1]!;
  return (sum ^ (sum >> 8)) & (FLOWS - 1);
}
