// The life of a machine: started, stopped, reset, switched off. What it is made of is the board's business.

import type { DeviceState, MachineControl, Stateful } from "../devices/interfaces.js";
import { StateError, type StateReader } from "../devices/state.js";
import type { MachineConfig } from "../options/config.js";
import type { Snapshot } from "../snapshot/container.js";
import { loadPages, savePages } from "../snapshot/pages.js";
import {
  checkHeader,
  checkSections,
  loadSections,
  type StatePart,
  saveSections,
  settle,
} from "../snapshot/sections.js";
import { READER_PATIENCE_MS, SHUTDOWN_TELL_NS } from "../tuning/host.js";
import type { Board } from "./board.js";
import type { ChardevHub } from "./chardev-hub.js";
import type { VirtualClock } from "./clock/clock.js";
import type { Cpu } from "./cpu.js";
import { Emitter } from "./emitter.js";
import type { MachineHost } from "./host.js";
import type { RunLoop } from "./run-loop.js";

/** Why a machine is paused: the user wanted it, or a disk could not do what the guest asked for (werror=, rerror=). */
export type PauseReason = "user" | "io-error";

const PAUSE_REASONS: readonly PauseReason[] = ["user", "io-error"];
const ENDED = "the machine has ended";
const SAVED_STATES = ["prelaunch", "running", "paused", "shutdown", "suspended"] as const;

/**
 * prelaunch: not started yet (-S); running; paused: pauseReason says why; shutdown: the guest is off and -no-shutdown keeps the
 * machine; suspended: the guest sleeps until wakeUp(); ended: nothing can be done with it any more.
 */
export type MachineState = "prelaunch" | "running" | "paused" | "shutdown" | "suspended" | "ended";

export interface MachineExit {
  /** Exit status for a process. */
  status: number;
  /** stray: the guest executed where there is no memory. */
  reason: "power-off" | "reset" | "debug-exit" | "quit" | "stray";
}

export type MachineEvents = {
  state: MachineState;
  /** The machine was reset: by the guest, because its CPU gave up, or by the user. */
  reset: "guest" | "cpu-shutdown" | "user";
  exit: MachineExit;
};

export interface MachineParts {
  config: MachineConfig;
  host: MachineHost;
  cpu: Cpu;
  clock: VirtualClock;
  loop: RunLoop;
  consoles: ChardevHub;
}

export class Machine<B extends Board = Board> implements MachineControl {
  readonly config: MachineConfig;
  readonly cpu: Cpu;
  readonly clock: VirtualClock;
  readonly consoles: ChardevHub;
  /** Settles when the machine has ended and its images are closed; rejects when the emulator itself failed. */
  readonly finished: Promise<MachineExit>;

  private readonly loop: RunLoop;
  private readonly host: MachineHost;
  private readonly events = new Emitter<MachineEvents>();
  private current: MachineState = "prelaunch";
  private reason: PauseReason = "user";
  private ending: MachineExit | undefined;
  private closing: Promise<void> | undefined;
  private begin!: () => void;
  private started = false;
  private boardParts: B | undefined;
  /** The last reset is done. Its failure is the run loop's affair. */
  private ready: Promise<void> | undefined;
  /** Of the machine itself: a source that was stopped goes on stopped. */
  private readonly life: Stateful = {
    stateVersion: 1,
    save: (): DeviceState => ({ state: this.current, reason: this.reason }),
    load: (saved: StateReader): void => {
      this.toBe = saved.oneOf("state", SAVED_STATES);
      this.reason = saved.oneOf("reason", PAUSE_REASONS);
    },
    settle: (): void => this.goOn(),
  };
  /** The state that was loaded. */
  private toBe: (typeof SAVED_STATES)[number] = "prelaunch";
  /** A reset that is asked for meanwhile is this one. */
  private resetting = false;
  private toldOfShutdown = Number.NEGATIVE_INFINITY;

  constructor(parts: MachineParts) {
    this.config = parts.config;
    this.host = parts.host;
    this.cpu = parts.cpu;
    this.clock = parts.clock;
    this.loop = parts.loop;
    this.consoles = parts.consoles;
    const begun = new Promise<void>((resolve) => {
      this.begin = resolve;
    });
    this.finished = begun.then(() => this.live());
  }

  /** Given once, after construction: a board needs the machine to make its requests to. */
  set board(board: B) {
    this.boardParts = board;
  }

  get board(): B {
    if (!this.boardParts) throw new Error("the machine has no board");
    return this.boardParts;
  }

  get state(): MachineState {
    return this.current;
  }

  /** Whether the CPU waits for an interrupt. */
  get halted(): boolean {
    return this.cpu.halted;
  }

  on<Name extends keyof MachineEvents>(name: Name, listener: (event: MachineEvents[Name]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * Resets the board and begins, or goes on from a saved state; with -S the CPU waits for resume(). Settles like `finished`: rejects
   * with StateError when the state is not for this machine.
   */
  start(saved?: Snapshot): Promise<MachineExit> {
    this.started = true;
    const begun = this.board.reset();
    if (saved) this.hold(Promise.resolve(begun).then(() => this.load(saved)));
    else {
      if (begun) this.hold(begun);
      if (!this.config.startPaused) this.resume();
    }
    this.begin();
    return this.finished;
  }

  /**
   * Everything this machine is, between two instructions; it goes on after that as if nothing had been. Rejects with StateError, one
   * sentence, when something cannot be saved.
   */
  async saveState(): Promise<Snapshot> {
    if (!this.started) throw notSaved("the machine has not been started");
    const saved = this.loop.pausedFor(async () => {
      await this.ready;
      const state = this.board.state();
      await state.quiet();
      // What is left of disks and consoles is no state of a machine by then.
      const reason = this.ending ? ENDED : state.unsaved();
      if (reason !== undefined) throw notSaved(reason);
      return { header: state.header, sections: saveSections(this.stateParts), ram: savePages(state.ram) };
    });
    // A machine that ends has no time between two instructions any more, and disks that are stuck may never be quiet.
    const over = (): never => {
      throw notSaved(ENDED);
    };
    return Promise.race([saved, this.finished.then(over, over)]);
  }

  private get stateParts(): StatePart[] {
    return [...this.board.state().parts, ["machine", this.life]];
  }

  private load({ header, sections, ram }: Snapshot): void {
    const state = this.board.state();
    const parts = this.stateParts;
    if (!header || !ram) throw new StateError("Saved state: it is not whole");
    checkHeader(header, state.header);
    checkSections(sections, parts);
    loadPages(ram, state.ram);
    state.ramLoaded();
    loadSections(sections, parts);
    settle(parts);
  }

  /** Is what the saved machine was; with -S, waits. */
  private goOn(): void {
    const { toBe } = this;
    if (this.config.startPaused || toBe === "prelaunch") return;
    if (toBe === "running") this.resume();
    else this.setState(toBe);
  }

  /** What follows a reset. */
  private hold(begun: Promise<void>): void {
    this.ready = begun;
    this.loop.hold(begun);
  }

  pause(reason: PauseReason = "user"): void {
    if (this.current !== "running") return;
    this.reason = reason;
    this.loop.stop();
    this.setState("paused");
  }

  /** Of the present or last pause. */
  get pauseReason(): PauseReason {
    return this.reason;
  }

  /** A disk could not do what the guest asked for: stops the machine. What could not be done is tried again when it goes on. */
  stopForError(message: string): void {
    this.loop.request(() => {
      if (this.current !== "running") return;
      this.warn(`${message}; the machine is stopped, and "cont" in the monitor (resume() of the API) tries again`);
      this.pause("io-error");
    });
  }

  /** Goes on after pause() or -S; not after a power-off, which only a reset ends. */
  resume(): void {
    if (this.current !== "paused" && this.current !== "prelaunch") return;
    this.setState("running");
    this.loop.start();
  }

  /** At the end, while what the guest wrote is brought to the host's disks: settles when that is done. */
  get saving(): Promise<void> | undefined {
    return this.closing;
  }

  /** Calls `action` between two instructions, soon. */
  request(action: () => void): void {
    this.loop.request(action);
  }

  /** Pushes the power button: the guest may shut down, or not listen, or wakes up. */
  powerDown(): void {
    if (!this.wakeUp()) this.loop.request(() => this.board.powerButton());
  }

  /** Wakes a guest that sleeps. False: it does not. */
  wakeUp(): boolean {
    if (this.current !== "suspended") return false;
    this.loop.request(() => {
      if (this.current !== "suspended") return;
      this.board.wakeUp();
      this.setState("running");
      this.loop.start();
    });
    return true;
  }

  /** A reset the user asked for; -no-reboot ends the machine here too. */
  resetByUser(): void {
    this.doReset("user");
  }

  /** Ends the machine at once. */
  quit(status = 0): void {
    this.end({ status, reason: "quit" });
  }

  // ---- requests of devices (MachineControl) -----------------------------------------------------------------------------

  reset(): void {
    this.doReset("guest");
  }

  powerOff(): void {
    this.loop.request(() => {
      if (this.config.noShutdown) {
        this.loop.stop();
        this.setState("shutdown");
      } else this.end({ status: 0, reason: "power-off" });
    });
  }

  suspend(): void {
    this.loop.request(() => {
      if (this.current !== "running") return;
      this.loop.stop();
      this.setState("suspended");
    });
  }

  exit(status: number): void {
    this.loop.request(() => this.end({ status, reason: "debug-exit" }));
  }

  /** The CPU gave up, which resets the machine; `why` begins a sentence. */
  cpuShutdown(why: string): void {
    const { noReboot, noShutdown } = this.config;
    const then = noReboot ? (noShutdown ? "stops" : "ends") : "is reset";
    const now = this.host.monotonic();
    // A guest that does nothing else says so often enough.
    if (now - this.toldOfShutdown >= SHUTDOWN_TELL_NS) {
      this.toldOfShutdown = now;
      this.warn(`${why}: the machine ${then}`);
    }
    this.doReset("cpu-shutdown");
  }

  /** The guest executes where there is no memory, which nothing can come of: the machine ends with status 1. */
  strayed(address: string): void {
    this.warn(`the guest runs at physical address ${address}, where there is no memory`);
    this.loop.request(() => this.end({ status: 1, reason: "stray" }));
  }

  /** A sentence for the user that is no error. */
  warn(message: string): void {
    this.host.warn(message);
  }

  private doReset(cause: MachineEvents["reset"]): void {
    if (this.resetting) return;
    this.resetting = true;
    this.loop.request(() => {
      if (this.current === "ended") return;
      if (this.config.noReboot) {
        this.resetting = false;
        if (this.config.noShutdown) {
          this.loop.stop();
          this.setState("shutdown");
        } else this.end({ status: 0, reason: "reset" });
        return;
      }
      const done = (): void => {
        this.resetting = false;
        this.wasReset(cause);
      };
      const begun = this.board.reset();
      if (begun) this.hold(begun.then(done));
      else done();
    });
  }

  private wasReset(cause: MachineEvents["reset"]): void {
    if (this.ending) return;
    this.events.emit("reset", cause);
    if (this.current === "shutdown" || this.current === "suspended") {
      this.setState("running");
      this.loop.start();
    }
  }

  private setState(state: MachineState): void {
    if (this.current === state || this.current === "ended") return;
    this.current = state;
    this.events.emit("state", state);
  }

  private end(exit: MachineExit): void {
    if (this.ending) return;
    this.ending = exit;
    this.loop.end();
    // A machine that was never started ends as well.
    this.begin();
  }

  private async live(): Promise<MachineExit> {
    try {
      await this.loop.run();
    } finally {
      // Also when what was written cannot be kept: the terminal is the user's again.
      try {
        this.closing = this.boardParts?.close();
        await this.closing;
      } finally {
        this.closing = undefined;
        await this.consoles.close(this.ending?.reason === "quit" ? READER_PATIENCE_MS : undefined);
        this.setState("ended");
      }
    }
    const exit = this.ending ?? { status: 0, reason: "quit" };
    this.events.emit("exit", exit);
    return exit;
  }
}

function notSaved(reason: string): StateError {
  return new StateError(`The state cannot be saved: ${reason}`, reason === ENDED ? "ERR_ENDED" : "ERR_STATE");
}
