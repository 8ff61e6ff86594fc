// Threads of this process, and both ends of the connection to one.

import { parentPort, Worker } from "node:worker_threads";
import type { Port } from "../port.js";

/** Without node's own flags: no thread takes those of `node -e`. */
export function startThread(file: URL | string): Worker {
  return new Worker(file, { execArgv: [] });
}

/** The user's end of the connection to a thread. */
export function threadPort<Out, In>(worker: Worker): Port<Out, In> {
  const port: Port<Out, In> = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => worker.postMessage(message),
    close: () => void worker.terminate(),
  };
  worker.on("message", (message: In) => port.onMessage?.(message));
  worker.on("error", (error: Error) => port.onFailure?.(`the machine's thread failed: ${error.message}`));
  return port;
}

/** The thread's own end. */
export function ownPort<Out, In>(): Port<Out, In> {
  const user = parentPort!;
  const port: Port<Out, In> = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => user.postMessage(message),
    close: () => user.close(),
  };
  user.on("message", (message: In) => port.onMessage?.(message));
  return port;
}
