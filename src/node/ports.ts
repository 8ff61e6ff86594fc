// Threads of this process, and both ends of the connection to one.

import { type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";
import type { Port } from "../base/port.js";

/** What a thread is started with. */
interface ThreadStart {
  /** The guest whose code it loads. */
  readonly guest: string;
  /** Its end of a connection to another thread. */
  readonly other?: MessagePort | undefined;
}

/** Without node's own flags: no thread takes those of `node -e`. */
export function startThread(file: URL | string, start: ThreadStart): Worker {
  return new Worker(file, { execArgv: [], workerData: start, transferList: start.other ? [start.other] : [] });
}

/**
 * What a thread says when its modules are loaded. It is not ended before: Node would leave the files open that it was reading.
 */
const LOADED = "#loaded";

/** The user's end of the connection to a thread, which has to call sayLoaded(). */
export interface ThreadPort<Out, In> extends Port<Out, In> {
  /** Resolves when the thread has loaded its modules, or will not. */
  readonly loaded: Promise<void>;
}

export function threadPort<Out, In>(worker: Worker): ThreadPort<Out, In> {
  let settle!: () => void;
  const loaded = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const port: ThreadPort<Out, In> = {
    loaded,
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => worker.postMessage(message),
    close: () => void loaded.then(() => worker.terminate()),
  };
  worker.on("message", (message: In | typeof LOADED) =>
    message === LOADED ? settle() : port.onMessage?.(message as In),
  );
  worker.on("error", (error: Error) => {
    settle();
    port.onFailure?.(`the machine's thread failed: ${error.message}`);
  });
  worker.on("exit", settle);
  return port;
}

/** To be called by a thread once it has loaded what it will ever load, in threads of its own too. */
export function sayLoaded(): void {
  parentPort!.postMessage(LOADED);
}

/** The thread's own end. */
export function ownPort<Out, In>(): Port<Out, In> {
  return portOf(parentPort!);
}

/** The guest that the thread was started for. */
export function ownGuest(): string {
  return (workerData as ThreadStart).guest;
}

/** The end that the thread was started with of a connection to another thread. No thread goes on for it alone. */
export function otherPort<Out, In>(): Port<Out, In> | undefined {
  const end = (workerData as ThreadStart).other;
  if (!end) return undefined;
  const port = portOf<Out, In>(end);
  end.on("close", () => port.onFailure?.("the other thread has ended"));
  end.unref();
  return port;
}

function portOf<Out, In>(user: MessagePort): Port<Out, In> {
  const port: Port<Out, In> = {
    onMessage: undefined,
    onFailure: undefined,
    post: (message) => user.postMessage(message),
    close: () => user.close(),
  };
  user.on("message", (message: In) => port.onMessage?.(message));
  return port;
}
