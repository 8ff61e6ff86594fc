// The part of the web platform that pages, workers and Node share and that the engine's layers may name: byte streams,
// Blobs and URLs. Layers with DOM or Node types do not include this file.

interface ReadableStreamDefaultController<R> {
  readonly desiredSize: number | null;
  enqueue(chunk: R): void;
  close(): void;
  error(reason?: unknown): void;
}

interface WritableStreamDefaultController {
  error(reason?: unknown): void;
}

interface QueuingStrategy<T> {
  highWaterMark?: number;
  size?: (chunk: T) => number;
}

interface ReadableStream<R> {
  readonly locked: boolean;
}

declare var ReadableStream: {
  new <R>(
    source: {
      start?(controller: ReadableStreamDefaultController<R>): void;
      pull?(controller: ReadableStreamDefaultController<R>): void | Promise<void>;
      cancel?(reason?: unknown): void;
    },
    strategy?: QueuingStrategy<R>,
  ): ReadableStream<R>;
};

interface WritableStream<W> {
  readonly locked: boolean;
}

declare var WritableStream: {
  new <W>(
    sink: {
      start?(controller: WritableStreamDefaultController): void;
      write?(chunk: W): void | Promise<void>;
      close?(): void;
      abort?(reason?: unknown): void;
    },
    strategy?: QueuingStrategy<W>,
  ): WritableStream<W>;
};

interface Blob {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface URL {
  readonly href: string;
}

interface AbortSignal {
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { ignoreBOM?: boolean });
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string;
}

declare function setTimeout(action: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

declare var crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
