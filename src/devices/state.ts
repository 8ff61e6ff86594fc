// Reading a saved device state back: every getter throws an Error that names the device and the field when the field is
// absent or of another type.

import type { DeviceState, StateValue } from "./interfaces.js";

export class StateReader {
  constructor(
    private readonly device: string,
    private readonly state: DeviceState,
  ) {}

  num(name: string): number {
    const value = this.state[name];
    return typeof value === "number" ? value : this.fail(name, "a number");
  }

  /** A number, or undefined where null was saved. */
  optional(name: string): number | undefined {
    return this.state[name] === null ? undefined : this.num(name);
  }

  bool(name: string): boolean {
    const value = this.state[name];
    return typeof value === "boolean" ? value : this.fail(name, "a boolean");
  }

  str(name: string): string {
    const value = this.state[name];
    return typeof value === "string" ? value : this.fail(name, "a string");
  }

  bytes(name: string, length?: number): Uint8Array {
    const value = this.state[name];
    if (!(value instanceof Uint8Array)) return this.fail(name, "bytes");
    return length === undefined || value.length === length ? value : this.fail(name, `${length} bytes`);
  }

  /** A list of numbers, of exactly `length` entries where given. */
  nums(name: string, length?: number): number[] {
    const value = this.state[name];
    const isNumber = (entry: StateValue): entry is number => typeof entry === "number";
    if (!Array.isArray(value) || !value.every(isNumber)) return this.fail(name, "a list of numbers");
    return length === undefined || value.length === length ? value : this.fail(name, `a list of ${length} numbers`);
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

  /** The nested states of `length` equal parts. */
  parts(name: string, length: number): StateReader[] {
    const list = this.state[name];
    if (!Array.isArray(list) || list.length !== length) return this.fail(name, `a list of ${length}`);
    return list.map((part, i) => new StateReader(`${this.device} ${name}`, { [i]: part }).part(`${i}`));
  }

  private fail(name: string, wanted: string): never {
    throw new Error(`Saved state of ${this.device}: '${name}' is not ${wanted}`);
  }
}
