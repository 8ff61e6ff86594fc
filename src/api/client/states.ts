// Saved states, from outside: they come in pieces from the machine's thread.

type Stream = ReadableStream<Uint8Array>;

interface Save {
  begun(stream: Stream): void;
  refused(error: Error): void;
  stream?: ReadableStreamDefaultController<Uint8Array>;
}

export class RemoteStates {
  private readonly saves = new Map<number, Save>();
  private last = 0;
  private ended: Error | undefined;

  constructor(private readonly ask: (call: number) => void) {}

  save(): Promise<Stream> {
    if (this.ended) return Promise.reject(this.ended);
    const call = ++this.last;
    return new Promise((begun, refused) => {
      this.saves.set(call, { begun, refused });
      this.ask(call);
    });
  }

  /** A piece, or undefined: that was all. */
  arrived(call: number, bytes: Uint8Array | undefined): void {
    const save = this.saves.get(call);
    if (!save) return;
    if (!save.stream) {
      const start = (stream: ReadableStreamDefaultController<Uint8Array>): void => {
        save.stream = stream;
      };
      save.begun(new ReadableStream<Uint8Array>({ start, cancel: () => void this.saves.delete(call) }));
    }
    if (bytes) save.stream!.enqueue(bytes);
    else {
      this.saves.delete(call);
      save.stream!.close();
    }
  }

  refused(call: number, error: Error): void {
    const save = this.saves.get(call);
    this.saves.delete(call);
    if (save?.stream) save.stream.error(error);
    else save?.refused(error);
  }

  /** The machine is gone. */
  end(error: Error): void {
    this.ended = error;
    for (const call of [...this.saves.keys()]) this.refused(call, error);
  }
}
