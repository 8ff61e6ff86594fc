// The form that a console, a serial port and a monitor have in the API.

/** Two byte streams to and from the machine. */
export interface MachineStreams {
  /**
   * What the guest writes. While it is locked to a reader nothing is lost, and a reader that falls a megabyte behind slows
   * the machine down; while nobody reads only the last megabyte is kept. Ends with the machine.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is typed. A write is done when the machine has taken its bytes, or most of them. */
  readonly writable: WritableStream<Uint8Array>;
}
