// Calls of the engine (TypeScript) that change the tables of translated code.

import {
  B_BYTES, B_COUNT, B_EPOCH, B_FLAGS, B_FLAG_SPAN, B_HASH_NEXT, B_HEADER, B_LINK0, B_LINK1, B_MODE, B_PAGE2,
  B_PAGE2_NEXT, B_PAGE_NEXT, B_PHYS, B_REGION, B_SIZE, B_TAKEN, B_TARGETS, B_TARGET_COUNT, B_VALID,
} from "../../../src/layout/block";
import { E_CODE_BITS, E_HASH, E_HASH_MASK, E_LINK_EPOCH, E_PAGE_BLOCKS, E_RAM_SIZE } from "../../../src/layout/engine";
import { CPU0 } from "../../../src/layout/memory";
import { physHost, ramHost, ramPage } from "../softmmu/physical";
import { clearJumpCache, protectPage } from "../softmmu/tlb";
import { engine } from "../state";
import { dropBlock, granules, hashSlot, invalidateCode, isSecondPage } from "./invalidate";

/** Marks granules of a RAM page as code and takes away fast stores to it. */
function mark(page: i32, bits: u64): void {
  const slot = engine(E_CODE_BITS) + (page << 3);
  const old = load<u64>(slot);
  if (old == 0) protectPage(CPU0, ramHost(page));
  store<u64>(slot, old | bits);
}

/** Enters a block (or span: flags given) whose header's phys, mode, insns, bytes, size and page2 are filled in. */
export function installBlock(block: i32, flags: i32): void {
  store<i32>(block + B_FLAGS, flags);
  store<i32>(block + B_VALID, 1);
  if (!(flags & B_FLAG_SPAN)) {
    store<i32>(block + B_REGION, 0);
    store<i32>(block + B_COUNT, 0);
    store<i32>(block + B_TAKEN, 0);
    store<i32>(block + B_LINK0, 0);
    store<i32>(block + B_LINK1, 0);
    memory.fill(block + B_TARGETS, 0, B_TARGET_COUNT << 3);
    store<i32>(block + B_EPOCH, engine(E_LINK_EPOCH));
    linkHash(block);
  }
  const phys = load<u64>(block + B_PHYS);
  const host = physHost(phys);
  const page = host ? ramPage(host) : -1;
  const start = <i32>phys & 0xfff;
  const end = start + load<i32>(block + B_BYTES);
  store<i32>(block + B_PAGE_NEXT, 0);
  store<i32>(block + B_PAGE2_NEXT, 0);
  if (page >= 0) {
    const slot = engine(E_PAGE_BLOCKS) + (page << 2);
    store<i32>(block + B_PAGE_NEXT, load<i32>(slot));
    store<i32>(slot, block);
    mark(page, granules(start, end > 4096 ? 4096 : end));
  }
  const second = load<i32>(block + B_PAGE2);
  if (second >= 0 && end > 4096) {
    const page2 = ramPage(second << 12);
    if (page2 >= 0) {
      const slot = engine(E_PAGE_BLOCKS) + (page2 << 2);
      store<i32>(block + B_PAGE2_NEXT, load<i32>(slot));
      store<i32>(slot, block);
      mark(page2, granules(0, end - 4096));
    }
  }
}

export function linkHash(block: i32): void {
  const slot = hashSlot(load<u64>(block + B_PHYS), load<i32>(block + B_MODE));
  store<i32>(block + B_HASH_NEXT, load<i32>(slot));
  store<i32>(slot, block);
}

/** A device wrote [address, address+length) of guest-physical memory (in RAM): translated code there goes. */
export function dmaWritten(address: u32, high: u32, length: i32): void {
  let pa = <u64>address | (<u64>high << 32);
  while (length > 0) {
    const piece = min<i32>(length, 4096 - (<i32>pa & 0xfff));
    const host = physHost(pa);
    const page = host ? ramPage(host) : -1;
    if (page >= 0) {
      const bits = load<u64>(engine(E_CODE_BITS) + (page << 3));
      if (bits != 0 && (bits & granules(host & 0xfff, (host & 0xfff) + piece)) != 0) invalidateCode(host, piece);
    }
    pa += piece;
    length -= piece;
  }
}

/** Drops all blocks in the arena range [from, to), which is a sequence of headers and their code, and takes them out of all lists. */
export function evict(from: i32, to: i32): void {
  for (let block = from; block < to; block += B_HEADER + load<i32>(block + B_SIZE)) {
    const valid = load<i32>(block + B_VALID);
    unlinkPages(block);
    if (valid) dropBlock(block);
  }
  clearJumpCache();
}

/** Drops all blocks and spans, before the physical map changes: afterwards their addresses would lead to other pages' lists, and to
 *  other code. */
export function forgetCode(): void {
  const lists = engine(E_PAGE_BLOCKS);
  const pages = <i32>(<u32>engine(E_RAM_SIZE) >> 12);
  for (let page = 0; page < pages; page++) {
    const slot = lists + (page << 2);
    if (load<i32>(slot) == 0) continue;
    invalidateCode(ramHost(page), 4096);
  }
  // What lies in ROM is in no page's list.
  const end = engine(E_HASH) + ((engine(E_HASH_MASK) + 1) << 2);
  for (let slot = engine(E_HASH); slot < end; slot += 4) {
    for (let block = load<i32>(slot); block != 0; block = load<i32>(slot)) {
      if (load<i32>(block + B_VALID)) dropBlock(block);
      else store<i32>(slot, load<i32>(block + B_HASH_NEXT));
    }
  }
  clearJumpCache();
}

/** Takes the span of a region that has ended out of its pages' lists. Nothing else knows of it: spans are neither looked up nor linked to. */
export function removeSpan(span: i32): void {
  unlinkPages(span);
  store<i32>(span + B_VALID, 0);
}

function unlinkPages(block: i32): void {
  const host = physHost(load<u64>(block + B_PHYS));
  const page = host ? ramPage(host) : -1;
  if (page >= 0) unlinkPage(block, page);
  const second = load<i32>(block + B_PAGE2);
  if (second >= 0) {
    const page2 = ramPage(second << 12);
    if (page2 >= 0) unlinkPage(block, page2);
  }
}

function unlinkPage(block: i32, page: i32): void {
  let slot = engine(E_PAGE_BLOCKS) + (page << 2);
  for (let at = load<i32>(slot); at != 0; ) {
    const field = isSecondPage(at, page) ? at + B_PAGE2_NEXT : at + B_PAGE_NEXT;
    if (at == block) {
      store<i32>(slot, load<i32>(field));
      return;
    }
    slot = field;
    at = load<i32>(field);
  }
}
