// Reading saved device states back: each getter throws an Error naming the field when it is absent or of another type.

import type { DeviceState, StateValue } from "../interfaces.js";

function bad(name: string, wanted: string): Error {
  return new Error(`Saved state: '${name}' is not ${wanted}`);
}

export function stateNumber(state: DeviceState, name: string): number {
  const value = state[name];
  if (typeof value !== "number") throw bad(name, "a number");
  return value;
}

export function stateFlag(state: DeviceState, name: string): boolean {
  const value = state[name];
  if (typeof value !== "boolean") throw bad(name, "a boolean");
  return value;
}

export function stateBytes(state: DeviceState, name: string, length: number): Uint8Array {
  const value = state[name];
  if (!(value instanceof Uint8Array) || value.length !== length) throw bad(name, `${length} bytes`);
  return value;
}

export function stateList(state: DeviceState, name: string, length: number): StateValue[] {
  const value = state[name];
  if (!Array.isArray(value) || value.length !== length) throw bad(name, `a list of ${length}`);
  return value;
}

export function stateNumbers(state: DeviceState, name: string, length: number): number[] {
  return stateList(state, name, length).map((value) => {
    if (typeof value !== "number") throw bad(name, "a list of numbers");
    return value;
  });
}

export function stateObject(state: DeviceState, name: string): DeviceState {
  const value = state[name];
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw bad(name, "an object");
  }
  return value;
}
