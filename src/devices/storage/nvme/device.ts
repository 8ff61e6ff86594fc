// An NVMe controller with one disk, on the PCI bus. NVM Express base specification 1.4. BAR 0 has registers and doorbells, BAR 4 the
// MSI-X table. Commands of the disk take time and complete in any order; one that failed and for which the machine is stopped is held
// until the machine goes on.

import type { DeviceState, GuestMemory, InFlight, IoRegion } from "../../interfaces.js";
import { PciFunction } from "../../pci/function.js";
import type { Msix } from "../../pci/msix.js";
import type { StateReader } from "../../state.js";
import { type Controller, executeAdmin } from "./admin.js";
import { NvmeDisk, operationOf } from "./disk.js";
import type { NvmeOptions } from "./options.js";
import { type Command, CompletionQueue, idle, SubmissionQueue } from "./queues.js";
import * as nvme from "./registers.js";

const BAR_SIZE = 0x4000;
const MSIX_BAR = 4;
/** Contiguous queues of 1024 entries, 7.5 s to become ready, the NVM command set, pages of 4 KiB to 64 KiB. */
const CAP_LOW = (nvme.MOST_ENTRIES - 1) | (1 << 16) | (15 << 24);
const CAP_HIGH = (1 << 5) | (4 << 20);
/** Commands that are under way at once, at most. */
const MOST_UNDER_WAY = 256;

export class Nvme extends PciFunction implements IoRegion, InFlight, Controller {
  override readonly name = "nvme";
  override readonly stateVersion = 1;
  readonly inFlight = this as InFlight;
  readonly memory: GuestMemory;
  readonly serial: string;
  readonly vectors: number;
  readonly hasCache: boolean;
  readonly submissions = new Map<number, SubmissionQueue>();
  readonly completions = new Map<number, CompletionQueue>();
  readonly features = new Map<number, number>();
  cache: boolean;
  private readonly disk: NvmeDisk;
  private readonly table: Msix | undefined;
  /** Registers that are as they were written. */
  private cc = 0;
  private csts = 0;
  private aqa = 0;
  private asq = 0;
  private acq = 0;
  private masked = 0;
  private events: Command[] = [];
  private readonly flying = new Map<Command, Promise<void>>();
  private held: Command[] = [];
  private generation = 0;

  constructor(private readonly options: NvmeOptions) {
    const id = options.id === undefined ? {} : { id: options.id };
    super({ vendor: 0x1b36, device: 0x0010, revision: 2, classCode: 0x010802, pin: 1, ...id });
    const { memory, backend, serial, writeCache, vectors } = options;
    this.memory = memory;
    this.serial = serial;
    this.vectors = vectors;
    this.hasCache = this.cache = writeCache;
    this.disk = new NvmeDisk(
      memory,
      backend,
      () => !this.cache,
      () => this.page,
    );
    this.addBar(0, { kind: "mem", size: BAR_SIZE, region: this, wide: true });
    this.table = vectors > 0 ? this.addMsix(vectors, MSIX_BAR) : undefined;
  }

  get size(): number {
    return this.options.backend.size;
  }

  get readOnly(): boolean {
    return this.options.backend.readOnly;
  }

  /** Bytes of a page, as the driver says. */
  get page(): number {
    return 4096 << Math.min(4, (this.cc >>> 7) & 15);
  }

  read(offset: number, size: number): number {
    const word = this.register(offset & ~3) >>> (8 * (offset & 3));
    return size === 4 ? word >>> 0 : word & (2 ** (8 * size) - 1);
  }

  write(offset: number, size: number, value: number): void {
    if (size !== 4 || offset % 4 !== 0) {
      this.options.log.guestError(`nvme: write of ${size} bytes at 0x${offset.toString(16)}`);
      return;
    }
    if (offset >= nvme.DOORBELLS) this.ring((offset - nvme.DOORBELLS) / 4, value);
    else this.setRegister(offset, value);
  }

  // ---- work under way --------------------------------------------------------------------------------------------------------

  async idle(): Promise<void> {
    await this.quiet();
  }

  async quiet(): Promise<void> {
    while (this.flying.size > 0) await Promise.all(this.flying.values());
  }

  get unsaved(): string | undefined {
    if (this.held.length === 0) return undefined;
    return `${this.held.length} requests to its disk failed and wait to be done again ("cont" in the monitor, resume() of the API)`;
  }

  resumed(): void {
    const again = this.held;
    this.held = [];
    for (const command of again) {
      if (this.held.length > 0) this.held.push(command);
      else this.start(command);
    }
    this.work();
  }

  // ---- life ------------------------------------------------------------------------------------------------------------------

  override reset(): void {
    this.disable();
    this.cc = this.aqa = this.asq = this.acq = this.masked = 0;
    super.reset();
  }

  override save(): DeviceState {
    const { cc, csts, aqa, asq, acq, masked, cache } = this;
    return {
      ...super.save(),
      registers: { cc, csts, aqa, asq, acq, masked, cache },
      submissions: [...this.submissions.values()].map((queue) => queue.save()),
      completions: [...this.completions.values()].map((queue) => queue.save()),
      features: [...this.features].flat(),
      events: this.events.map(({ id }) => id),
    };
  }

  override load(state: StateReader): void {
    this.disable();
    const registers = state.part("registers");
    this.cc = registers.uint("cc");
    this.csts = registers.uint("csts");
    this.aqa = registers.uint("aqa");
    this.asq = registers.pageAddress("asq");
    this.acq = registers.pageAddress("acq");
    this.masked = registers.uint("masked");
    this.cache = registers.bool("cache");
    for (const part of state.list("submissions")) {
      const queue = SubmissionQueue.load(part);
      this.submissions.set(queue.id, queue);
    }
    for (const part of state.list("completions")) {
      const queue = CompletionQueue.load(part);
      this.completions.set(queue.id, queue);
    }
    const features = state.uintsUpTo("features", 512);
    for (let k = 0; k + 1 < features.length; k += 2) this.features.set(features[k]!, features[k + 1]!);
    this.events = state.uintsUpTo("events", nvme.EVENTS, 0xffff).map((id) => idle(0, id, nvme.ASYNC_EVENT));
    super.load(state);
  }

  override settle(): void {
    super.settle();
    this.work();
  }

  /** All queues are gone; what is under way ends without the driver. */
  private disable(): void {
    this.generation++;
    this.submissions.clear();
    this.completions.clear();
    this.events = [];
    this.held = [];
    this.csts = 0;
    this.cache = this.hasCache;
    this.features.clear();
    this.setIntx(false);
  }

  private enable(): void {
    const [submissions, completions] = [(this.aqa & 0xfff) + 1, ((this.aqa >>> 16) & 0xfff) + 1];
    const sizes = (this.cc >>> 16) & 0xff;
    const bad = submissions < 2 || completions < 2 || this.asq % this.page !== 0 || this.acq % this.page !== 0;
    if (bad || ((this.cc >>> 4) & 7) !== 0 || ((this.cc >>> 7) & 15) > 4 || (sizes !== 0 && sizes !== 0x46)) {
      this.options.log.guestError("nvme: enabled with queues or sizes that cannot be");
      this.csts = nvme.CSTS_CFS;
      return;
    }
    this.submissions.set(0, new SubmissionQueue(0, this.asq, submissions, 0));
    this.completions.set(0, new CompletionQueue(0, this.acq, completions, 0));
    this.csts = nvme.CSTS_RDY;
  }

  // ---- registers -------------------------------------------------------------------------------------------------------------

  private register(offset: number): number {
    switch (offset) {
      case nvme.CAP:
        return CAP_LOW;
      case nvme.CAP + 4:
        return CAP_HIGH;
      case nvme.VS:
        return nvme.VERSION;
      case nvme.INTMS:
      case nvme.INTMC:
        return this.masked;
      case nvme.CC:
        return this.cc;
      case nvme.CSTS:
        return this.csts;
      case nvme.AQA:
        return this.aqa;
      case nvme.ASQ:
        return this.asq % 2 ** 32;
      case nvme.ASQ + 4:
        return Math.floor(this.asq / 2 ** 32);
      case nvme.ACQ:
        return this.acq % 2 ** 32;
      case nvme.ACQ + 4:
        return Math.floor(this.acq / 2 ** 32);
      default:
        return 0;
    }
  }

  private setRegister(offset: number, value: number): void {
    switch (offset) {
      case nvme.INTMS:
        this.masked = (this.masked | value) >>> 0;
        this.updatePin();
        break;
      case nvme.INTMC:
        this.masked = (this.masked & ~value) >>> 0;
        this.updatePin();
        break;
      case nvme.CC:
        this.configure(value);
        break;
      case nvme.AQA:
        this.aqa = value;
        break;
      case nvme.ASQ:
        this.asq = nvme.half(this.asq, value & ~0xfff, false);
        break;
      case nvme.ASQ + 4:
        this.asq = nvme.half(this.asq, value, true);
        break;
      case nvme.ACQ:
        this.acq = nvme.half(this.acq, value & ~0xfff, false);
        break;
      case nvme.ACQ + 4:
        this.acq = nvme.half(this.acq, value, true);
    }
  }

  private configure(value: number): void {
    const before = this.cc;
    this.cc = value;
    if ((before & nvme.CC_EN) === 0 && (value & nvme.CC_EN) !== 0) this.enable();
    if ((before & nvme.CC_EN) !== 0 && (value & nvme.CC_EN) === 0) this.disable();
    if (((value >>> 14) & 3) !== 0 && ((before >>> 14) & 3) === 0) this.shutDown();
    if (((value >>> 14) & 3) === 0) this.csts &= ~nvme.SHUTDOWN;
  }

  /** Everything that was written is stable afterwards. */
  private shutDown(): void {
    this.csts = (this.csts & ~nvme.SHUTDOWN) | nvme.SHUTDOWN_UNDER_WAY;
    const { generation } = this;
    const done = (): void => {
      if (generation === this.generation) this.csts = (this.csts & ~nvme.SHUTDOWN) | nvme.SHUTDOWN_DONE;
    };
    const { backend } = this.options;
    if (this.flying.size === 0 && backend.flushSync?.() === true) {
      done();
      return;
    }
    this.quiet()
      .then(() => backend.flush())
      .then(done, (error: Error) => {
        this.options.onError?.(error, "write");
        done();
      });
  }

  private ring(index: number, value: number): void {
    const id = index >> 1;
    const queue = (index & 1) === 0 ? this.submissions.get(id) : this.completions.get(id);
    if (!queue || value >= queue.size) {
      this.options.log.guestError(`nvme: doorbell ${index} was rung with ${value}`);
      return;
    }
    if (queue instanceof SubmissionQueue) queue.tail = value;
    else {
      queue.head = value;
      if (queue.post(this.memory)) this.interrupt(queue);
      this.updatePin();
    }
    this.work();
  }

  // ---- commands --------------------------------------------------------------------------------------------------------------

  private work(): void {
    if (!this.busMaster || (this.csts & nvme.CSTS_RDY) === 0) return;
    for (const queue of [...this.submissions.values()]) {
      while (!queue.empty && this.submissions.get(queue.id) === queue && !this.isFull(queue)) {
        const command = queue.take(this.memory);
        if (command) this.start(command);
        else this.options.log.guestError(`nvme: the commands of queue ${queue.id} are not in memory`);
      }
    }
  }

  private isFull(queue: SubmissionQueue): boolean {
    if (this.held.length > 0 || this.flying.size >= MOST_UNDER_WAY) return true;
    return this.completions.get(queue.completions)?.congested ?? true;
  }

  private start(command: Command): void {
    if (command.queue === 0) {
      this.admin(command);
      return;
    }
    const { generation } = this;
    const current = (): boolean => generation === this.generation;
    let status: number | Promise<number>;
    try {
      status = this.disk.execute(command, current);
    } catch (error) {
      this.failed(command, error);
      return;
    }
    if (typeof status === "number") {
      this.complete(command, status);
      return;
    }
    const settled = status
      .then(
        (result) => () => this.complete(command, result),
        (error: unknown) => () => this.failed(command, error),
      )
      .then((finish) => {
        this.flying.delete(command);
        if (current()) finish();
        this.work();
      });
    this.flying.set(command, settled);
  }

  private admin(command: Command): void {
    if (command.opcode !== nvme.ASYNC_EVENT) {
      const { status, result } = executeAdmin(this, command);
      this.complete(command, status, result);
    } else if (this.events.length < nvme.EVENTS) this.events.push(command);
    else this.complete(command, nvme.S_EVENT_LIMIT);
  }

  /** What becomes of a command that the back end could not do. */
  private failed(command: Command, error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    this.options.log.guestError(`nvme: ${reason.message}`);
    const operation = operationOf(command);
    switch (this.options.onError?.(reason, operation) ?? "report") {
      case "ignore":
        this.complete(command, nvme.S_OK);
        break;
      case "stop":
        this.held.push(command);
        break;
      case "report":
        this.complete(command, operation === "read" ? nvme.S_READ_FAULT : nvme.S_WRITE_FAULT);
    }
  }

  private complete(command: Command, status: number, result = 0): void {
    const submission = this.submissions.get(command.queue);
    const completion = submission && this.completions.get(submission.completions);
    // The driver has deleted its queue meanwhile.
    if (!completion) return;
    completion.add(this.memory, command, status, result, submission.head);
    this.interrupt(completion);
  }

  private interrupt({ vector }: CompletionQueue): void {
    if (vector === undefined) return;
    if (this.table?.enabled === true) this.table.notify(vector);
    else this.updatePin();
  }

  private updatePin(): void {
    const level = [...this.completions.values()].some(
      ({ vector, pending }) => vector !== undefined && pending && (this.masked & (1 << (vector & 31))) === 0,
    );
    this.setIntx(level && this.table?.enabled !== true);
  }
}
