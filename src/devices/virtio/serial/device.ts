// Console device. Virtio 1.2, section 5.3: ports, each of two queues, and two queues of control messages that tell of them. A driver that
// does not know of several ports has port 0 and no messages.

import { encodeText } from "../../../base/text.js";
import type { DeviceBus, DeviceState, TerminalSize } from "../../interfaces.js";
import { type StateReader, versioned } from "../../state.js";
import { VirtioDevice } from "../device.js";
import { copyIn, copyOut, type Segment, slice } from "../queue/segments.js";
import type { PortOwner, VirtioSerialPort } from "./port.js";
import * as reg from "./registers.js";

/** As QEMU's: drivers allocate what they fill these with. */
const QUEUE_SIZE = 128;
const CONTROL_QUEUE_SIZE = 32;
/** Messages the driver has given no room for, a port; it is told no more then. */
const MOST_MESSAGES = 16;
/** Output is handed on in pieces of at most so many bytes. */
const PIECE = 1 << 16;
/** Bytes of one buffer that are output; drivers send 32 KiB, or what a pipe holds. A buffer may name the same memory again and again. */
const MOST_OUTPUT = 1 << 20;

export interface SerialOptions {
  /** Ports there may be, port 0 among them. */
  readonly maxPorts: number;
  /** Bytes written to configuration space come out of the console. */
  readonly emergencyWrite: boolean;
  readonly id?: string | undefined;
}

export class VirtioSerial extends VirtioDevice implements PortOwner {
  override readonly name = "virtio-serial";
  override readonly deviceId = 3;
  override readonly pciClass = 0x078000;
  override readonly queueSizes: readonly number[];
  override readonly features: readonly number[];
  override readonly offers: DeviceBus;
  private readonly ports = new Map<number, VirtioSerialPort>();
  /** Control messages that wait for room, oldest first. */
  private messages: Uint8Array[] = [];

  constructor(private readonly options: SerialOptions) {
    super();
    const { maxPorts, emergencyWrite, id } = options;
    this.queueSizes = Array.from({ length: 2 * (maxPorts + 1) }, (_, queue) =>
      queue === reg.CONTROL_IN ? CONTROL_QUEUE_SIZE : QUEUE_SIZE,
    );
    this.features = [reg.F_SIZE, reg.F_MULTIPORT, ...(emergencyWrite ? [reg.F_EMERG_WRITE] : [])];
    this.config = new Uint8Array(reg.CONFIG_SIZE);
    new DataView(this.config.buffer).setUint32(reg.CONFIG_MAX_PORTS, maxPorts, true);
    this.offers = {
      type: "virtio-serial",
      kind: "virtio-serial-bus",
      name: id === undefined ? undefined : `${id}.0`,
      plug: (port) => this.plug(port as VirtioSerialPort),
    };
  }

  // ---- ports ---------------------------------------------------------------------------------------------------------------

  /** Throws Error when there is no place. */
  private plug(port: VirtioSerialPort): void {
    const number = port.wanted ?? this.freeNumber(port.console);
    const { maxPorts } = this.options;
    if (number >= maxPorts) throw new Error(`there are ports 0 to ${maxPorts - 1}; max_ports= makes it more`);
    if (number === 0 && !port.console) throw new Error("port 0 is for a virtconsole: nr= from 1 on");
    if (this.ports.has(number)) throw new Error(`there is a port ${number} already`);
    this.ports.set(number, port);
    port.plugged(this, number);
    if (number === 0) this.showSize(port.backend?.size);
  }

  /** Port 0 is a console's. */
  private freeNumber(console: boolean): number {
    let number = console ? 0 : 1;
    while (this.ports.has(number)) number++;
    return number;
  }

  offerInput(port: VirtioSerialPort): void {
    this.transport.kick(reg.inputQueue(port.number));
  }

  resized(port: VirtioSerialPort): void {
    const { size } = port.backend ?? {};
    if (!size) return;
    if (port.number === 0) {
      this.showSize(size);
      if (this.transport.negotiated(reg.F_SIZE)) this.transport.configChanged();
    }
    if (port.guestOpen && this.multiport) this.tell(port, reg.RESIZE, 0, sizeBytes(size));
    this.transport.kick(reg.CONTROL_IN);
  }

  /** As drivers of one port look it up. */
  private showSize(size: TerminalSize | undefined): void {
    const view = new DataView(this.config.buffer);
    view.setUint16(reg.CONFIG_COLUMNS, size?.columns ?? 0, true);
    view.setUint16(reg.CONFIG_ROWS, size?.rows ?? 0, true);
  }

  private get multiport(): boolean {
    return this.transport.negotiated(reg.F_MULTIPORT);
  }

  // ---- queues --------------------------------------------------------------------------------------------------------------

  override handleQueue(index: number): void {
    if (!this.multiport) {
      // There are no messages: a driver that runs has its one port open.
      this.ports.get(0)?.setOpen(true);
      if (index > 1) return;
    }
    if (index === reg.CONTROL_IN) this.sendMessages();
    else if (index === reg.CONTROL_OUT) this.takeMessages(index);
    else {
      const port = this.ports.get(reg.portOf(index));
      if (index % 2 === 1) this.takeOutput(index, port);
      else if (port) this.giveInput(index, port);
    }
  }

  private takeOutput(index: number, port: VirtioSerialPort | undefined): void {
    const queue = this.transport.queue(index);
    const { memory, log } = this.transport;
    try {
      for (let chain = queue.pop(); chain; chain = queue.pop()) {
        if (chain.readableLength > MOST_OUTPUT)
          log.guestError(`virtio-serial: of an output only ${MOST_OUTPUT} bytes are taken`);
        for (const { address, length } of port?.backend ? slice(chain.readable, 0, MOST_OUTPUT) : []) {
          for (let at = 0; at < length; at += PIECE) {
            const view = memory.view(address + at, Math.min(PIECE, length - at));
            // The back end may keep what it is given.
            if (view) port!.backend!.write(view.slice());
          }
        }
        queue.push(chain, 0);
      }
    } finally {
      this.transport.notify(index);
    }
  }

  private giveInput(index: number, port: VirtioSerialPort): void {
    if (port.input.length === 0) {
      // Comes back here with what there is.
      port.wantInput();
      return;
    }
    const queue = this.transport.queue(index);
    try {
      while (port.input.length > 0) {
        const chain = queue.pop();
        if (!chain) break;
        const count = copyIn(this.transport.memory, chain.writable, port.input);
        port.took(count);
        queue.push(chain, count);
      }
    } finally {
      this.transport.notify(index);
    }
  }

  // ---- control messages ----------------------------------------------------------------------------------------------------

  private takeMessages(index: number): void {
    const queue = this.transport.queue(index);
    try {
      for (let chain = queue.pop(); chain; chain = queue.pop()) {
        this.heard(chain.readable);
        queue.push(chain, 0);
      }
    } finally {
      this.transport.notify(index);
    }
    this.transport.kick(reg.CONTROL_IN);
  }

  private heard(segments: readonly Segment[]): void {
    const bytes = new Uint8Array(reg.MESSAGE_SIZE);
    const { log } = this.transport;
    if (copyOut(this.transport.memory, segments, bytes) < bytes.length) {
      log.guestError("virtio-serial: a control message is shorter than 8 bytes");
      return;
    }
    const view = new DataView(bytes.buffer);
    const [number, event, value] = [view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true)];
    if (event === reg.DEVICE_READY) {
      if (value === 1) for (const port of this.inOrder) this.tell(port, reg.PORT_ADD, 1);
      return;
    }
    const port = this.ports.get(number);
    if (!port) log.guestError(`virtio-serial: a control message for port ${number}, which there is not`);
    else if (event === reg.PORT_READY) this.describe(port, value);
    else if (event === reg.PORT_OPEN) port.setOpen(value !== 0);
    else log.guestError(`virtio-serial: control message ${event} is none that a driver sends`);
  }

  /** The driver has set a port up, or could not. */
  private describe(port: VirtioSerialPort, value: number): void {
    if (value !== 1) return;
    if (port.console) this.tell(port, reg.CONSOLE_PORT, 1);
    if (port.portName !== "") this.tell(port, reg.PORT_NAME, 1, encodeText(`${port.portName}\0`));
    const { size } = port.backend ?? {};
    if (port.console && size) this.tell(port, reg.RESIZE, 0, sizeBytes(size));
    // A port that leads nowhere has nobody at its other end.
    if (port.backend) this.tell(port, reg.PORT_OPEN, 1);
  }

  private tell(port: VirtioSerialPort, event: number, value: number, more: Uint8Array = new Uint8Array(0)): void {
    if (this.messages.length >= MOST_MESSAGES * this.options.maxPorts) {
      this.transport.log.guestError("virtio-serial: the driver gives no room for control messages; one is lost");
      return;
    }
    const message = new Uint8Array(reg.MESSAGE_SIZE + more.length);
    const view = new DataView(message.buffer);
    view.setUint32(0, port.number, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    message.set(more, reg.MESSAGE_SIZE);
    this.messages.push(message);
  }

  private sendMessages(): void {
    const queue = this.transport.queue(reg.CONTROL_IN);
    try {
      while (this.messages.length > 0) {
        const chain = queue.pop();
        if (!chain) break;
        queue.push(chain, copyIn(this.transport.memory, chain.writable, this.messages.shift()!));
      }
    } finally {
      this.transport.notify(reg.CONTROL_IN);
    }
  }

  /** By their numbers. */
  private get inOrder(): VirtioSerialPort[] {
    return [...this.ports.values()].sort((a, b) => a.number - b.number);
  }

  // ---- the rest ------------------------------------------------------------------------------------------------------------

  override writeConfig(offset: number, _size: number, value: number): void {
    if (offset !== reg.CONFIG_EMERGENCY || !this.options.emergencyWrite) return;
    this.ports.get(0)?.backend?.write(Uint8Array.of(value & 0xff));
  }

  override reset(): void {
    this.messages = [];
    for (const port of this.ports.values()) port.reset();
  }

  override save(): DeviceState {
    return {
      messages: this.messages.map((bytes) => ({ bytes: bytes.slice() })),
      ports: this.inOrder.map((port) => ({ number: port.number, port: versioned(port) })),
    };
  }

  override load(state: StateReader): void {
    const most = MOST_MESSAGES * this.options.maxPorts;
    const messages = state.list("messages");
    if (messages.length > most) state.fail("messages", `a list of at most ${most}`);
    this.messages = messages.map((part) => part.bytes("bytes"));
    const ports = this.inOrder;
    for (const [n, part] of state.parts("ports", ports.length).entries()) {
      if (part.uint("number") !== ports[n]!.number) part.fail("number", `port ${ports[n]!.number}`);
      part.load("port", ports[n]!);
    }
  }

  override settle(): void {
    for (const port of this.inOrder) port.settle();
  }
}

/** Rows first, as Linux reads it (drivers/char/virtio_console.c); the standard has columns first. */
function sizeBytes({ rows, columns }: TerminalSize): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, rows, true);
  view.setUint16(2, columns, true);
  return bytes;
}
