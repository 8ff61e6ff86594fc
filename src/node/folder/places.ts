// The names that a file was found by. A file of several names is still reached by another one when one of them goes.

/** A name, and the directory it is in. */
export interface Place<N> {
  readonly directory: N;
  readonly name: string;
}

interface Held {
  hold(): unknown;
  release(): void;
}

/** Names that are remembered of one file: what a guest makes more of is found when it looks again. */
const MOST = 32;

/** Directories are held as long as a name in them is remembered. */
export class Places<N extends Held> {
  /** The one seen last is last. */
  private known: Place<N>[] = [];

  get last(): Place<N> | undefined {
    return this.known.at(-1);
  }

  /** It was found there; `only`: it has no other name. */
  found(place: Place<N>, only: boolean): void {
    place.directory.hold();
    this.drop(only ? () => true : (known) => same(known, place));
    this.known.push(place);
    if (this.known.length > MOST) this.drop((known) => known === this.known[0]);
  }

  /** It is not there any more. */
  lost(place: Place<N>): void {
    this.drop((known) => same(known, place));
  }

  /** Forgets all; their directories are the caller's to release. */
  empty(): Place<N>[] {
    const all = this.known;
    this.known = [];
    return all;
  }

  private drop(which: (known: Place<N>) => boolean): void {
    const gone = this.known.filter(which);
    if (gone.length === 0) return;
    this.known = this.known.filter((known) => !gone.includes(known));
    for (const { directory } of gone) directory.release();
  }
}

function same<N>(a: Place<N>, b: Place<N>): boolean {
  return a.directory === b.directory && a.name === b.name;
}
