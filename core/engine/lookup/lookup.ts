// From the program counter to a block.

import { B_HASH_NEXT, B_MODE, B_PAGE2, B_PHYS, B_VALID } from "../../../src/layout/block";
import { JC_STRIDE } from "../../../src/layout/region";
import { TLB_EXEC, TLB_EXEC_ADDEND } from "../../../src/layout/tlb";
import {
  MODE_MMU_MASK,
  MODE_MMU_SHIFT,
  MODE_ONE_INSN,
  STAT_LOOKUPS,
  S_CODE_MASK,
  S_EXIT_PHYS,
  S_EXIT_PHYS2,
  S_JUMP_CACHE,
  S_MODE,
  S_ONE_INSN,
} from "../../../src/layout/vcpu";
import { JUMP_CACHE_BITS } from "../../../src/tuning/engine";
import { hashSlot, search } from "../codemap/hash";
import { physOf } from "../physical";
import { tlbEntry, translateExec } from "../softmmu/tlb";
import { codeAddress, count, mmuIndex } from "../state";

// @ts-ignore: decorator
@inline function jumpEntry(cpu: i32, host: i32, mode: i32): i32 {
  return cpu + S_JUMP_CACHE + ((host ^ (host >>> 12) ^ (mode >>> 20)) & ((1 << JUMP_CACHE_BITS) - 1)) * JC_STRIDE;
}

/** The block at S_PC without side effects: 0 if it is not at hand (not in the TLB, not translated). */
export function lookup(cpu: i32): i32 {
  return lookupMode(cpu, load<i32>(cpu + S_MODE));
}

// @ts-ignore: decorator
@inline function lookupMode(cpu: i32, mode: i32): i32 {
  const va = codeAddress(cpu);
  const entry = tlbEntry(cpu, va, (mode >> MODE_MMU_SHIFT) & MODE_MMU_MASK);
  if ((va ^ load<u64>(entry + TLB_EXEC)) >= 4096) return 0;
  const host = <i32>va + load<i32>(entry + TLB_EXEC_ADDEND);
  const cached = jumpEntry(cpu, host, mode);
  if (load<i32>(cached) == host) {
    const block = load<i32>(cached, 4);
    if (load<i32>(block + B_MODE) == mode && load<i32>(block + B_VALID)) {
      const page2 = load<i32>(block + B_PAGE2);
      if (page2 == -1 || page2 == secondAtHand(cpu)) return block;
    }
  }
  return lookupHash(cpu, host, mode, cached);
}

function lookupHash(cpu: i32, host: i32, mode: i32, cached: i32): i32 {
  count(cpu, STAT_LOOKUPS);
  const phys = physOf(host);
  let block = search(phys, mode, -1);
  if (block == 0) {
    const second = secondAtHand(cpu);
    if (second != -1) block = search(phys, mode, second);
  }
  if (block == 0) return 0;
  store<i32>(cached, host);
  store<i32>(cached, block, 4);
  return block;
}

/** Host page number of the page after the one S_PC is in, -1 when the TLB does not have it. */
function secondAtHand(cpu: i32): i32 {
  const va = nextPage(cpu);
  const entry = tlbEntry(cpu, va, mmuIndex(cpu));
  if ((va ^ load<u64>(entry + TLB_EXEC)) >= 4096) return -1;
  return (<i32>va + load<i32>(entry + TLB_EXEC_ADDEND)) >>> 12;
}

function nextPage(cpu: i32): u64 {
  return ((codeAddress(cpu) & ~0xfff) + 4096) & load<u64>(cpu + S_CODE_MASK);
}

/** find(): the code is not in memory. */
export const NOT_MEMORY: i32 = -1;

/** The block at S_PC; 0 with S_FAULT set (fetch fault), 0 with S_EXIT_PHYS set (to be translated), or NOT_MEMORY. */
export function find(cpu: i32): i32 {
  const mode = load<i32>(cpu + S_MODE) | (load<i32>(cpu + S_ONE_INSN) ? MODE_ONE_INSN : 0);
  const known = lookupMode(cpu, mode);
  if (known) return known;
  const va = codeAddress(cpu);
  const host = translateExec(cpu, va, mmuIndex(cpu));
  if (host == 0) return 0;
  if (host == -1) return NOT_MEMORY;
  const phys = physOf(host);
  const block = search(phys, mode, -1);
  if (block) return block;
  // A page-crossing instruction: its block depends on the second page too. Does one exist for this start at all?
  for (let b = load<i32>(hashSlot(phys, mode)); b != 0; b = load<i32>(b + B_HASH_NEXT)) {
    if (load<u64>(b + B_PHYS) == phys && load<i32>(b + B_MODE) == mode) {
      const second = secondPage(cpu);
      if (second == -1) return 0;
      const crossing = search(phys, mode, second);
      if (crossing) return crossing;
      break;
    }
  }
  store<u64>(cpu + S_EXIT_PHYS, phys);
  store<i64>(cpu + S_EXIT_PHYS2, -1);
  return 0;
}

/** Host page number of the page after the one S_PC is in; -1 with S_FAULT set when it cannot be fetched (or -2: not memory).
 *  S_EXIT_PHYS2 gets its address. */
export function secondPage(cpu: i32): i32 {
  const host = translateExec(cpu, nextPage(cpu), mmuIndex(cpu));
  if (host == 0) return -1;
  if (host == -1) return -2;
  store<u64>(cpu + S_EXIT_PHYS2, physOf(host));
  return host >>> 12;
}
