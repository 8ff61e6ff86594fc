// The order of flushes of an image whose writes are done at once but reach the disk by a sync later: a flush is answered
// when a sync that began after the last write before it has ended, with what that sync said.

export class Syncs {
  /** Counts writes; 1 stands for what others wrote before: of that, too, nobody knows whether it is on the disk. */
  private written = 1;
  /** The count when the last sync that went well began. */
  private synced = 0;
  private failure: { readonly error: unknown } | undefined;
  /** The sync under way or the last one waited for; the next begins when it has ended. */
  private last: Promise<void> = Promise.resolve();
  /** What `last` will have on the disk. */
  private covered = 0;

  /** `sync` brings to the disk what was written before it is called. */
  constructor(private readonly sync: () => Promise<void>) {}

  /** To be called before each write, also before one that then fails: it may have been done in part. */
  wrote(): void {
    this.written++;
  }

  /** Everything is on the disk. */
  get done(): boolean {
    return this.synced === this.written && this.failure === undefined;
  }

  flush(): Promise<void> {
    if (this.done) return Promise.resolve();
    if (this.covered === this.written) return this.last;
    // Those that wait for the present sync to end are served by one, which begins with what is written by then.
    const before = this.last.catch(() => {});
    const waiting = before.then(() => this.begin());
    this.covered = this.written;
    this.last = waiting;
    return waiting;
  }

  private async begin(): Promise<void> {
    // The host gives up what it could not write and says so once: syncs that go well afterwards say nothing of it.
    if (this.failure) throw this.failure.error;
    if (this.done) return;
    const count = this.written;
    try {
      await this.sync();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    this.synced = count;
  }
}
