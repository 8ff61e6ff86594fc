// A port of the console device: two queues between the guest and a character device. To the guest it is a console, or a port with a name.

import type { CharBackend, Device, DeviceState } from "../../interfaces.js";
import type { StateReader } from "../../state.js";

/** What a port is to be. */
export interface PortOptions {
  /** As -device has it. */
  readonly type: "virtconsole" | "virtserialport";
  /** Absent: it leads nowhere. */
  readonly backend?: CharBackend | undefined;
  /** By which guests find it. */
  readonly portName?: string | undefined;
  /** Its number; absent: the first free one. */
  readonly number?: number | undefined;
}

/** The device that has the port. */
export interface PortOwner {
  /** Has the queue of the port's input looked at. */
  offerInput(port: VirtioSerialPort): void;
  /** The terminal behind the port has another size. */
  resized(port: VirtioSerialPort): void;
}

export class VirtioSerialPort implements Device {
  readonly stateVersion = 1;
  readonly name: "virtconsole" | "virtserialport";
  readonly portName: string;
  readonly wanted: number | undefined;
  readonly backend: CharBackend | undefined;
  /** Its number once it is plugged in. */
  number = -1;
  private owner: PortOwner | undefined;
  /** The guest has it open. */
  private open = false;
  /** What the back end offers at this moment, and how much of it was taken. */
  private offered: Uint8Array | undefined;
  private taken = 0;

  constructor({ type, backend, portName = "", number }: PortOptions) {
    this.name = type;
    this.backend = backend;
    this.portName = portName;
    this.wanted = number;
  }

  get console(): boolean {
    return this.name === "virtconsole";
  }

  get guestOpen(): boolean {
    return this.open;
  }

  plugged(owner: PortOwner, number: number): void {
    this.owner = owner;
    this.number = number;
    const { backend } = this;
    if (!backend) return;
    backend.receive = (bytes) => this.receive(bytes);
    if (this.console) backend.resized = () => owner.resized(this);
  }

  reset(): void {
    this.setOpen(false);
  }

  setOpen(open: boolean): void {
    if (open === this.open) return;
    this.open = open;
    this.backend?.opened?.(open);
    if (open) this.wantInput();
  }

  /** The guest has room for input. */
  wantInput(): void {
    if (!this.open) return;
    if (this.offered) this.owner?.offerInput(this);
    else this.backend?.drained?.();
  }

  /** Input that is to be put somewhere, and is gone from here with taken(). */
  get input(): Uint8Array {
    return this.offered?.subarray(this.taken) ?? NOTHING;
  }

  took(count: number): void {
    this.taken += count;
  }

  save(): DeviceState {
    return { open: this.open };
  }

  load(state: StateReader): void {
    this.open = state.bool("open");
  }

  settle(): void {
    if (!this.open) return;
    this.backend?.opened?.(true);
    this.wantInput();
  }

  /** From the back end: takes what the guest has room for. */
  private receive(bytes: Uint8Array): number {
    if (!this.open || this.offered) return 0;
    this.offered = bytes;
    this.taken = 0;
    try {
      this.owner?.offerInput(this);
    } finally {
      this.offered = undefined;
    }
    return this.taken;
  }
}

const NOTHING = new Uint8Array(0);
