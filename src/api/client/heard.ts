/** A promise that knows whether somebody waits for it. */
export class HeardPromise<T> extends Promise<T> {
  private waitedFor = false;

  /** What is made of it is a promise as any other. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Called by await too. */
  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.waitedFor = true;
    return super.then(fulfilled, rejected);
  }

  get heard(): boolean {
    return this.waitedFor;
  }

  /** A failure that nobody waits for is not the host's business. */
  quiet(): void {
    super.then(undefined, () => {});
  }
}
