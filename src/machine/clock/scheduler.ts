// How the run loop gives way to the host.

export interface HostScheduler {
  /** Lets the host serve the events that wait now; resolves right after them. */
  yield(): Promise<void>;
  /** Resolves after `milliseconds` (Infinity: never by itself) or when `wake` is called, whichever is first. */
  sleep(milliseconds: number): HostSleep;
  /** The same for others than the run loop, where somebody looks at how long that sleeps. */
  timer?(milliseconds: number): HostSleep;
}

export interface HostSleep {
  readonly done: Promise<void>;
  wake(): void;
}

/** Operations the host is still busy with; under -icount virtual time waits for them, so that runs repeat. */
export class HostWork {
  private count = 0;
  /** Called when the first operation begins and when the last one ends. */
  onChange?: (busy: boolean) => void;

  get busy(): boolean {
    return this.count > 0;
  }

  /** Counts `operation` until it settles. */
  track<T>(operation: Promise<T>): Promise<T> {
    if (this.count++ === 0) this.onChange?.(true);
    const done = (): void => {
      if (--this.count === 0) this.onChange?.(false);
    };
    operation.then(done, done);
    return operation;
  }
}
