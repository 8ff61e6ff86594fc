// Bytes that wait to be sent, in pieces as they came.

export class ByteQueue {
  length = 0;
  private readonly chunks: Uint8Array[] = [];
  /** Of the first chunk, what is gone. */
  private gone = 0;

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  /** Copies `count` bytes that begin `offset` behind the first. */
  copy(offset: number, count: number, into: Uint8Array, at: number): void {
    let skip = offset + this.gone;
    let to = at;
    let left = count;
    for (const chunk of this.chunks) {
      if (left === 0) return;
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      const part = chunk.subarray(skip, skip + left);
      into.set(part, to);
      to += part.length;
      left -= part.length;
      skip = 0;
    }
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.length -= count;
    this.gone += count;
    let whole = 0;
    while (whole < this.chunks.length && this.gone >= this.chunks[whole]!.length)
      this.gone -= this.chunks[whole++]!.length;
    if (whole > 0) this.chunks.splice(0, whole);
  }
}
