// Time spent in methods, and differences of anything that counts up.

import { performance } from "node:perf_hooks";

/** Meters calls of object[name] from now on, as meters[as]: calls and milliseconds. What is not there is not metered. */
export function watch(meters, object, name, as = name) {
  if (typeof object?.[name] !== "function") return;
  const meter = { calls: 0, ms: 0 };
  meters[as] = meter;
  const call = object[name].bind(object);
  object[name] = (...args) => {
    const from = performance.now();
    try {
      return call(...args);
    } finally {
      meter.ms += performance.now() - from;
      meter.calls++;
    }
  };
}

/** `end` less `begin`, number by number; what `begin` lacks counts from 0. */
export function difference(end, begin) {
  if (typeof end === "number") return end - (begin ?? 0);
  return Object.fromEntries(Object.entries(end).map(([key, value]) => [key, difference(value, begin?.[key])]));
}
