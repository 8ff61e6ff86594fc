// What is saved of a device as text, for the monitor.

import type { DeviceState, StateValue } from "./state.js";

/** A field a line. */
export function stateText(state: DeviceState, indent = "  "): string {
  return Object.entries(state)
    .map(([name, value]) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
        return `${indent}${name}:\n${stateText(value, `${indent}  `)}`;
      }
      return `${indent}${name} = ${show(value)}\n`;
    })
    .join("");
}

function show(value: StateValue): string {
  if (typeof value === "number") return value < 10 ? String(value) : `0x${value.toString(16)}`;
  if (Array.isArray(value)) return value.map(show).join(" ");
  if (value instanceof Uint8Array)
    return [...value.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return String(value);
}
