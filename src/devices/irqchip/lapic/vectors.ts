/** A set of the 256 interrupt vectors: ISR, TMR and IRR are one each. */
export class VectorSet {
  private readonly words = new Uint32Array(8);

  set(vector: number): void {
    this.words[vector >> 5]! |= 1 << (vector & 31);
  }

  clear(vector: number): void {
    this.words[vector >> 5]! &= ~(1 << (vector & 31));
  }

  has(vector: number): boolean {
    return ((this.words[vector >> 5]! >>> (vector & 31)) & 1) !== 0;
  }

  /** The highest vector, -1 if the set is empty. */
  highest(): number {
    for (let i = 7; i >= 0; i--) {
      const word = this.words[i]!;
      if (word !== 0) return i * 32 + 31 - Math.clz32(word);
    }
    return -1;
  }

  /** The 32 vectors from 32 * index, as the register shows them. */
  word(index: number): number {
    return this.words[index & 7]!;
  }

  empty(): void {
    this.words.fill(0);
  }

  save(): number[] {
    return [...this.words];
  }

  load(words: number[]): void {
    this.words.set(words);
  }
}
