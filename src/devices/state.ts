// What is saved of a device, and reading it back: every getter throws a StateError that names the device and the field when the field is absent, of
// another type or out of range. Who made the state may mean harm: what a device uses as an index or a length has a limit here.

/** One folder, one device, one of these for saving: plain JSON data plus Uint8Arrays. */
export type DeviceState = { [name: string]: StateValue };
export type StateValue = number | string | boolean | null | Uint8Array | StateValue[] | { [name: string]: StateValue };

/**
 * What has a state to be saved. Who receives a signal keeps its level in its own state, so nobody has to be told anything by load().
 * A device's time is virtual time, which goes on where it was: moments are saved as they are.
 */
export interface Stateful {
  /** Version of what save() gives; counts up when that changes. Other versions are refused. */
  readonly stateVersion: number;
  /** Changes nothing. */
  save(): DeviceState;
  /**
   * Restores registers and touches nothing else: no line moves, no timer is armed, nothing is mapped. Throws StateError at what is
   * missing or cannot be.
   */
  load(state: StateReader): void;
  /** After everything is loaded, in board order: drives lines, arms timers, maps registers. Absent where there is nothing of these. */
  settle?(): void;
}

/** A saved state that is not whole, or not for this machine. The message is one sentence for the user. */
export class StateError extends Error {
  override readonly name = "StateError";

  /** ERR_STATE, or what the API calls the reason. */
  constructor(
    message: string,
    readonly code: "ERR_STATE" | "ERR_ENDED" = "ERR_STATE",
  ) {
    super(message);
  }
}

/** The state of a part that has a version of its own, for StateReader.load. */
export function versioned(part: Stateful): DeviceState {
  return { version: part.stateVersion, state: part.save() };
}

/** Loads the state of one device and settles it: where no others are loaded with it. */
export function restore(device: Stateful & { readonly name: string }, state: DeviceState): void {
  device.load(new StateReader(device.name, state));
  device.settle?.();
}

export class StateReader {
  constructor(
    private readonly device: string,
    private readonly state: DeviceState,
  ) {}

  /** A number from -`most` to `most`: moments of virtual time, differences. Beyond 2^53 adding 1 to one changes nothing. */
  num(name: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.state[name];
    const fits = typeof value === "number" && value >= -most && value <= most;
    return fits ? value : this.fail(name, `a number from -${most} to ${most}`);
  }

  /** A whole number from 0 to `most`. */
  uint(name: string, most = 0xffffffff): number {
    const value = this.state[name];
    const fits = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
    return fits ? value : this.fail(name, `a whole number from 0 to ${most}`);
  }

  /** The address of a page, of 64 bits: a multiple of 4096, which a number holds exactly also beyond 2^53. */
  pageAddress(name: string): number {
    const value = this.state[name];
    const fits = typeof value === "number" && value >= 0 && value <= 2 ** 64 && value % 4096 === 0;
    return fits ? value : this.fail(name, "the address of a page");
  }

  /** A whole number of 64 bits, saved as decimal digits. */
  big(name: string): bigint {
    const value = this.state[name];
    const digits = typeof value === "string" && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : -1n;
    return digits >= 0n && digits < 1n << 64n ? digits : this.fail(name, "the digits of a 64-bit number");
  }

  /** A number as num() has it, or undefined where null was saved. */
  optional(name: string, most?: number): number | undefined {
    return this.state[name] === null ? undefined : this.num(name, most);
  }

  /** A whole number from 0 to `most`, or undefined where null was saved. */
  optionalUint(name: string, most?: number): number | undefined {
    return this.state[name] === null ? undefined : this.uint(name, most);
  }

  /** Whether null was saved, for what is mostly absent. */
  isNull(name: string): boolean {
    return this.state[name] === null;
  }

  bool(name: string): boolean {
    const value = this.state[name];
    return typeof value === "boolean" ? value : this.fail(name, "a boolean");
  }

  str(name: string): string {
    const value = this.state[name];
    return typeof value === "string" ? value : this.fail(name, "a string");
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words.find((each) => each === this.state[name]);
    return word ?? this.fail(name, `one of ${words.join(", ")}`);
  }

  bytes(name: string, length?: number): Uint8Array {
    const value = this.state[name];
    if (!(value instanceof Uint8Array)) return this.fail(name, "bytes");
    return length === undefined || value.length === length ? value : this.fail(name, `${length} bytes`);
  }

  /** A list of exactly `length` whole numbers from 0 to `most`. */
  uints(name: string, length: number, most = 0xffffffff): number[] {
    const values = wholeNumbers(this.state[name], most);
    return values?.length === length ? values : this.fail(name, `a list of ${length} whole numbers from 0 to ${most}`);
  }

  /** A list of at most `longest` whole numbers from 0 to `most`. */
  uintsUpTo(name: string, longest: number, most = 0xffffffff): number[] {
    const values = wholeNumbers(this.state[name], most);
    if (values && values.length <= longest) return values;
    return this.fail(name, `a list of at most ${longest} whole numbers from 0 to ${most}`);
  }

  /** The state of a device of its own, which reads it itself. */
  object(name: string): DeviceState {
    const value = this.state[name];
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
      return this.fail(name, "an object");
    }
    return value;
  }

  /** A nested state. */
  part(name: string): StateReader {
    return new StateReader(`${this.device} ${name}`, this.object(name));
  }

  /** Nested states, however many. */
  list(name: string): StateReader[] {
    const list = this.state[name];
    return Array.isArray(list) ? this.parts(name, list.length) : this.fail(name, "a list");
  }

  /** The nested states of `length` equal parts. */
  parts(name: string, length: number): StateReader[] {
    const list = this.state[name];
    if (!Array.isArray(list) || list.length !== length) return this.fail(name, `a list of ${length}`);
    // A list with holes has fewer parts than its length says.
    return Array.from(list, (part, i) => new StateReader(`${this.device} ${name}`, { [i]: part }).part(`${i}`));
  }

  /** Has a part load what versioned() made of it. */
  load(name: string, part: Stateful): void {
    const reader = this.part(name);
    const version = reader.uint("version");
    if (version !== part.stateVersion) {
      throw new StateError(
        `Saved state of ${this.device} ${name}: version ${version}, and this program reads version ${part.stateVersion}`,
      );
    }
    part.load(new StateReader(`${this.device} ${name}`, reader.object("state")));
  }

  /** The fields there are. */
  get names(): string[] {
    return Object.keys(this.state);
  }

  /** Refuses a field. */
  fail(name: string, wanted: string): never {
    throw new StateError(`Saved state of ${this.device}: '${name}' is not ${wanted}`);
  }
}

/** A list with nothing else in it, without holes; undefined for anything else. */
function wholeNumbers(value: StateValue | undefined, most: number): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const fits = (entry: StateValue | undefined): entry is number =>
    typeof entry === "number" && Number.isInteger(entry) && entry >= 0 && entry <= most;
  return Array.from(value).every(fits) ? (value as number[]) : undefined;
}
