// Byte-range locks of one file, as fcntl(2) has them: an owner's own locks never conflict, and a new one takes the place of what it
// had there.

export interface RangeLock {
  /** Who has it: a process of a client. */
  readonly owner: string;
  readonly pid: number;
  readonly exclusive: boolean;
  readonly start: number;
  /** The first byte behind it; infinite: to the end of the file, wherever that is. */
  readonly end: number;
}

export class RangeLocks {
  private held: RangeLock[] = [];

  get size(): number {
    return this.held.length;
  }

  /** Somebody else's lock that is in the way of this one. */
  conflict(wanted: RangeLock): RangeLock | undefined {
    return this.held.find(
      (lock) => lock.owner !== wanted.owner && (lock.exclusive || wanted.exclusive) && overlap(lock, wanted),
    );
  }

  /** True when it is had. */
  lock(wanted: RangeLock): boolean {
    if (this.conflict(wanted)) return false;
    this.unlock(wanted);
    this.held.push(wanted);
    return true;
  }

  unlock({ owner, start, end }: Pick<RangeLock, "owner" | "start" | "end">): void {
    this.held = this.held.flatMap((lock) => {
      if (lock.owner !== owner || !overlap(lock, { start, end })) return [lock];
      return [
        { ...lock, end: start },
        { ...lock, start: end },
      ].filter((part) => part.start < part.end);
    });
  }

  /** All that an owner has. */
  release(owner: string): void {
    this.held = this.held.filter((lock) => lock.owner !== owner);
  }
}

function overlap(a: { start: number; end: number }, b: { start: number; end: number }): boolean {
  return a.start < b.end && b.start < a.end;
}
