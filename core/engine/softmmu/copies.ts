// Copies of translations of address spaces that are not the current one (src/layout/tlb.ts): finding and dropping them.

import { E_MMU_SPACES } from "../../../src/layout/engine";
import {
  COPY_FLAGS,
  COPY_READ,
  COPY_STRIDE,
  COPY_WRITE,
  SPACE_COPIES,
  SPACE_LARGE,
  SPACE_LENGTH,
  SPACE_NUMBER,
  SPACE_PAGES,
  SPACE_PAGES_BYTES,
  SPACE_SIZE,
} from "../../../src/layout/tlb";
import { S_SPACES } from "../../../src/layout/vcpu";
import { engine } from "../state";

/** Bit of the flags: a piece of a large page (ENTRY_LARGE of tlb.ts). */
const LARGE: i32 = 4;
/** A page's pieces are dropped as if they were of 1 GiB. */
const LARGEST_SHIFT: i32 = 30;

// @ts-ignore: decorator
@inline export function firstSpace(cpu: i32): i32 {
  return load<i32>(cpu + S_SPACES);
}

// @ts-ignore: decorator
@inline export function endOfSpaces(cpu: i32): i32 {
  return load<i32>(cpu + S_SPACES) + engine(E_MMU_SPACES) * SPACE_SIZE;
}

/** Copies of the space of a number, 0: there are none. */
export function findSpace(cpu: i32, number: i32): i32 {
  const end = endOfSpaces(cpu);
  for (let space = firstSpace(cpu); space != end; space += SPACE_SIZE) {
    if (load<i32>(space + SPACE_NUMBER) == number) return space;
  }
  return 0;
}

export function dropCopies(space: i32): void {
  store<i32>(space + SPACE_NUMBER, -1);
  store<i32>(space + SPACE_LENGTH, 0);
}

/** A space has no pages yet. */
export function forgetPages(space: i32): void {
  memory.fill(space + SPACE_PAGES, 0, SPACE_PAGES_BYTES);
  store<i32>(space + SPACE_LARGE, 0);
}

// @ts-ignore: decorator
@inline function wordOf(space: i32, n: i32): i32 {
  return space + SPACE_PAGES + ((n >> 5) << 2);
}

// @ts-ignore: decorator
@inline function pageNumber(va: u64): i32 {
  return <i32>((va >> 12) ^ (va >> 24) ^ (va >> 36)) & ((SPACE_PAGES_BYTES << 3) - 1);
}

/** A space has a copy of the page at `va`. */
// @ts-ignore: decorator
@inline export function rememberPage(space: i32, va: u64): void {
  const n = pageNumber(va);
  const word = wordOf(space, n);
  store<i32>(word, load<i32>(word) | (1 << (n & 31)));
}

/** Whether a space may have copies of the page, or of a larger one it is in. */
// @ts-ignore: decorator
@inline function mayHold(space: i32, va: u64): bool {
  if (load<i32>(space + SPACE_LARGE)) return true;
  const n = pageNumber(va);
  return (load<i32>(wordOf(space, n)) & (1 << (n & 31))) != 0;
}

/** Those of all spaces. */
export function dropSpaces(cpu: i32): void {
  const end = endOfSpaces(cpu);
  for (let space = firstSpace(cpu); space != end; space += SPACE_SIZE) dropCopies(space);
}

/** Those of one page, of the space of a number or (-1) of all. */
export function dropPageOfSpaces(cpu: i32, number: i32, va: u64): void {
  const end = endOfSpaces(cpu);
  for (let space = firstSpace(cpu); space != end; space += SPACE_SIZE) {
    if (number == -1 || load<i32>(space + SPACE_NUMBER) == number) dropPageOf(space, va);
  }
}

/** The last copy takes the place of one that is dropped. */
function dropPageOf(space: i32, va: u64): void {
  if (!mayHold(space, va)) return;
  let length = load<i32>(space + SPACE_LENGTH);
  const first = space + SPACE_COPIES;
  for (let n = 0; n < length; ) {
    const copy = first + n * COPY_STRIDE;
    const shift = load<i32>(copy + COPY_FLAGS) & LARGE ? LARGEST_SHIFT : 12;
    if ((va ^ load<u64>(copy + COPY_READ)) >> shift != 0 && (va ^ load<u64>(copy + COPY_WRITE)) >> shift != 0) {
      n++;
      continue;
    }
    length--;
    memory.copy(copy, first + length * COPY_STRIDE, COPY_STRIDE);
  }
  store<i32>(space + SPACE_LENGTH, length);
}
