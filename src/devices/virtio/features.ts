/** A set of virtio feature bits (0 to 63), read and written in halves of 32 bits. */
export class Features {
  private readonly words = new Uint32Array(2);

  constructor(bits: Iterable<number> = []) {
    for (const bit of bits) this.words[bit >> 5]! |= 1 << (bit & 31);
  }

  has(bit: number): boolean {
    return (this.words[bit >> 5]! & (1 << (bit & 31))) !== 0;
  }

  /** `select` 0 is bits 0 to 31, 1 is bits 32 to 63, anything else reads as 0 and ignores writes. */
  word(select: number): number {
    return this.words[select] ?? 0;
  }

  setWord(select: number, value: number): void {
    if (select < 2) this.words[select] = value;
  }

  isSubsetOf(other: Features): boolean {
    return this.words.every((word, i) => (word & ~other.word(i)) === 0);
  }

  clear(): void {
    this.words.fill(0);
  }
}
