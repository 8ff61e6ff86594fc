import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `onSignal` with the number of a signal that asks the process to end; returns the function that stops listening. */
export function watchSignals(onSignal: (number: number) => void): () => void {
  const listeners = SIGNALS.map((name) => [name, () => onSignal(constants.signals[name])] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}
