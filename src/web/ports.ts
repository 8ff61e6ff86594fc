import type { Port } from "../base/port.js";

/** The user's end of the connection to a worker. */
export function workerPort<Out, In>(worker: Worker, url: string): Port<Out, In> {
  const port: Port<Out, In> = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => worker.postMessage(message),
    close: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<In>) => port.onMessage?.(data);
  worker.onmessageerror = () => port.onFailure?.("the machine's worker sent what cannot be read");
  worker.onerror = (event) => {
    event.preventDefault();
    // An event without a message: the worker's module could not be loaded.
    port.onFailure?.(
      event.message
        ? `the machine's worker failed: ${event.message}`
        : `the machine's worker could not be loaded from ${url}`,
    );
  };
  return port;
}

/** The worker's own end. */
export function ownPort<Out, In>(scope: DedicatedWorkerGlobalScope): Port<Out, In> {
  const port: Port<Out, In> = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => scope.postMessage(message),
    close: () => scope.close(),
  };
  scope.onmessage = ({ data }: MessageEvent<In>) => port.onMessage?.(data);
  return port;
}
