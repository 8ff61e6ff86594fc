// What a network card and a back end are to each other. Between them lies a cable (cable.ts); neither knows the other.

/** An Ethernet frame, without preamble and check sequence. */
export interface Frame {
  /** Good until the call that is given it returns: who keeps it copies it. */
  readonly bytes: Uint8Array;
  /** What its sender has left to do; absent: it is as it would be on a wire. */
  readonly left?: Offload;
}

export interface Offload {
  /** The checksum over all from `start` on belongs at `start + offset`; the sum of the pseudo header is there. */
  readonly checksum?: { readonly start: number; readonly offset: number };
  /** The frame stands for several, each with at most `size` bytes of TCP's data. */
  readonly segment?: { readonly version: 4 | 6; readonly size: number; readonly ecn?: boolean };
}

/** What may be left to do in frames that one takes. */
export interface Offloads {
  readonly checksum: boolean;
  readonly segment4: boolean;
  readonly segment6: boolean;
}

export const NO_OFFLOADS: Offloads = { checksum: false, segment4: false, segment6: false };

/** What is plugged into an end of a cable. */
export interface NetClient {
  readonly offloads: Offloads;
  /** Takes a frame, or drops it. False: it has no room now and wants to be given it again, after the other end's ready(). */
  receive(frame: Frame): boolean;
  /** What refused a frame has room again. */
  ready?(): void;
  /** The cable was plugged in or pulled out. */
  linkChanged?(up: boolean): void;
}

/** An end of a cable, as who is plugged in sees it. */
export interface NetEnd {
  /** Of the other end. */
  readonly offloads: Offloads;
  readonly up: boolean;
  /** Gives a frame to the other end. False: it has no room, and the client's ready() follows; a frame that nobody takes is dropped. */
  send(frame: Frame): boolean;
  /** There is room again after receive() answered false. */
  ready(): void;
  setLink(up: boolean): void;
}

/** Time of the machine in nanoseconds, which stands still while the machine does. */
export interface NetClock {
  now(): number;
  timer(callback: () => void): NetTimer;
}

export interface NetTimer {
  arm(at: number): void;
  cancel(): void;
}

export const ETHERNET_HEADER = 14;
/** Bytes of the largest frame that stands for several: a header, and what IP can say of its length. */
export const LARGEST_FRAME = ETHERNET_HEADER + 4 + 65535;
