// The dispatcher: finds the next block, runs its region or interprets it, delivers faults and interrupts, until the host
// has something to do (S_EXIT).

import { B_INSNS, B_REGION } from "../../../src/layout/block";
import { E_HOOK_ATTENTION, E_HOOK_DELIVER } from "../../../src/layout/engine";
import {
  RC_ADDRESS,
  RC_ENTRY,
  RC_EPOCH,
  RC_FUNC,
  RC_MODE,
  RC_PAGES,
  RC_RECORD,
  RC_STRIDE,
  R_COUNT,
  R_ENTRY,
  R_FROM,
  R_FUNC,
  R_MISSED,
  R_VALID,
} from "../../../src/layout/region";
import {
  EXIT_FUEL,
  EXIT_HALT,
  EXIT_HOT,
  EXIT_NOT_MEMORY,
  EXIT_SHUTDOWN,
  EXIT_STOP,
  EXIT_TRANSLATE,
  FAULT_EXCEPTION,
  FAULT_NONE,
  FAULT_RETRY,
  STAT_FAULTS,
  STAT_RETRIES,
  STAT_T0_ENTRIES,
  STAT_T0_INSNS,
  STAT_T1_ENTRIES,
  S_ALONE,
  S_ATTENTION,
  S_BLOCK,
  S_EXACT,
  S_EXIT,
  S_EXIT_BLOCK,
  S_FAULT,
  S_FUEL,
  S_GLOBAL_EPOCH,
  S_HALTED,
  S_INHIBIT,
  S_LAST_EVENT,
  S_LOCAL_PAGE,
  S_MODE,
  S_ONE_INSN,
  S_PAGES,
  S_REGION_CACHE,
  S_REGION_EPOCH,
  S_STATS,
  S_STOP,
  S_URGENT,
} from "../../../src/layout/vcpu";
import { ENTRIES_NOTED_SHIFT, REGION_CACHE_BITS } from "../../../src/tuning/engine";
import { I_HOT, interpret } from "../interpreter/interpret";
import { NOT_MEMORY, find } from "../lookup/lookup";
import { globalCode } from "../softmmu/tlb";
import { codeAddress, count, engine, icount } from "../state";
import { forgetTime } from "../time";

function leave(cpu: i32, reason: i32): i32 {
  store<i32>(cpu + S_EXIT, reason);
  return reason;
}

/** Takes the pending fault: false when the machine shuts down. */
function takeFault(cpu: i32): bool {
  const kind = load<i32>(cpu + S_FAULT);
  store<i32>(cpu + S_FAULT, FAULT_NONE);
  if (kind == FAULT_RETRY) {
    count(cpu, STAT_RETRIES);
    store<i32>(cpu + S_ONE_INSN, 1);
    return true;
  }
  store<i32>(cpu + S_ONE_INSN, load<i32>(cpu + S_ALONE));
  if (kind != FAULT_EXCEPTION) return false;
  count(cpu, STAT_FAULTS);
  countEvent(cpu);
  return call_indirect<i32>(engine(E_HOOK_DELIVER), cpu) == FAULT_NONE;
}

/**
 * An exception or an interrupt that follows another without an instruction between them counts as an instruction: handlers that fault at once
 * and interrupts that come again at once do not go on for ever within a run, and time passes meanwhile.
 */
function countEvent(cpu: i32): void {
  const fuel = load<i32>(cpu + S_FUEL);
  if (icount(cpu) == load<i64>(cpu + S_LAST_EVENT) && fuel > 0) store<i32>(cpu + S_FUEL, fuel - 1);
  store<i64>(cpu + S_LAST_EVENT, icount(cpu));
}

// @ts-ignore: decorator
@inline function regionSlot(cpu: i32, va: u64): i32 {
  return cpu + S_REGION_CACHE + (<i32>(va ^ (va >> 12)) & ((1 << REGION_CACHE_BITS) - 1)) * RC_STRIDE;
}

/** True where one of the fields from S_URGENT on is set. */
// @ts-ignore: decorator
@inline function urgent(cpu: i32): bool {
  return (load<i64>(cpu, S_URGENT) | load<i64>(cpu, S_URGENT + 8) | load<i64>(cpu, S_URGENT + 16)) != 0;
}

/** True where the cache entry at `slot` is of the current epoch. A region that ends and a changed mapping begin a new epoch. */
// @ts-ignore: decorator
@inline function current(cpu: i32, slot: i32): bool {
  const epoch = load<i32>(slot, RC_EPOCH);
  return epoch == load<i32>(cpu, S_REGION_EPOCH) || epoch == load<i32>(cpu, S_GLOBAL_EPOCH);
}

/** True where the cache entry at `slot` is the region of the code at `va`. */
// @ts-ignore: decorator
@inline function cached(cpu: i32, slot: i32, va: u64): bool {
  return load<u64>(slot, RC_ADDRESS) == va && load<i32>(slot, RC_MODE) == load<i32>(cpu + S_MODE) && current(cpu, slot);
}

/** Counts `times` entries of a region, the last one from the region of record `from`. */
// @ts-ignore: decorator
@inline function noteEntry(record: i32, times: i32, from: i32): void {
  store<i32>(record, from, R_FROM);
  store<i32>(record, load<i32>(record, R_COUNT) + times, R_COUNT);
}

/** Keeps in the cache which pages of the region are known to be mapped, while the epoch lasts. */
// @ts-ignore: decorator
@inline function keepPages(cpu: i32, slot: i32): void {
  if (load<i32>(cpu, S_LOCAL_PAGE)) {
    store<i32>(cpu, 0, S_LOCAL_PAGE);
    if (load<i32>(slot, RC_EPOCH) == load<i32>(cpu, S_GLOBAL_EPOCH)) return;
  }
  store<i32>(slot, load<i32>(cpu, S_PAGES), RC_PAGES);
}

/**
 * Enters the region of the cache entry at `slot`. Returns its status, or -1 on a guard failure: it did nothing, since the fuel is too
 * little for its exact limit or the TLB does not allow its first access. Tier 0 has to run the block then.
 */
// @ts-ignore: decorator
@inline function enter(cpu: i32, slot: i32, fuel: i32): i32 {
  count(cpu, STAT_T1_ENTRIES);
  store<i32>(cpu, load<i32>(slot, RC_PAGES), S_PAGES);
  const status = call_indirect<i32>(load<i32>(slot, RC_FUNC), cpu, load<i32>(slot, RC_ENTRY));
  if (current(cpu, slot)) keepPages(cpu, slot);
  return status == 0 && load<i32>(cpu, S_FUEL) == fuel ? -1 : status;
}

function cacheRegion(cpu: i32, slot: i32, va: u64, record: i32): void {
  store<u64>(slot, va, RC_ADDRESS);
  store<i32>(slot, load<i32>(cpu + (globalCode(cpu, va) ? S_GLOBAL_EPOCH : S_REGION_EPOCH)), RC_EPOCH);
  store<i32>(slot, load<i32>(cpu + S_MODE), RC_MODE);
  store<i32>(slot, record, RC_RECORD);
  store<i32>(slot, 0, RC_PAGES);
  store<i32>(slot, load<i32>(record, R_FUNC), RC_FUNC);
  store<i32>(slot, load<i32>(record, R_ENTRY), RC_ENTRY);
}

/** Keeps the interrupt shadow if its instruction has neither been executed yet nor raised an exception. */
function keepShadow(cpu: i32, fuel: i32, inhibited: i32): void {
  if (load<i32>(cpu + S_FUEL) == fuel && load<i32>(cpu + S_FAULT) != FAULT_EXCEPTION)
    store<i32>(cpu + S_INHIBIT, inhibited);
}

/**
 * Chooses the entries that are counted, without a pattern that a loop through several regions could share: multiples of the golden
 * ratio, modulo 1, are spread evenly, and so are every second, third... of them.
 */
const GOLDEN: u32 = 0x9e3779b9;

/** Bit in the result of regions(), beside the record: a guard failure, the region did nothing. */
const MISSED = 1;

/**
 * Runs regions one after the other while the cache has the next one and nothing urgent is set. `from` is the record of the region that
 * ran before. Returns the record of the last one. It is a function of its own so that its values stay in registers: most regions are
 * left after some ten nanoseconds. (asc inlines a function with one caller, so it needs two.)
 */
function regions(cpu: i32, from: i32): i32 {
  let phase = load<u32>(cpu, S_STATS + STAT_T1_ENTRIES) * GOLDEN;
  while (true) {
    // Of all urgent things only the interrupt shadow (S_INHIBIT) is handled here.
    const held = load<i64>(cpu, S_INHIBIT);
    if (load<i64>(cpu, S_URGENT) | load<i64>(cpu, S_ONE_INSN) | (held >>> 32)) break;
    const inhibited = <i32>held;
    const fuel = load<i32>(cpu + S_FUEL);
    if (fuel <= 0) break;
    const va = codeAddress(cpu);
    const slot = regionSlot(cpu, va);
    if (!cached(cpu, slot, va)) break;
    const record = load<i32>(slot, RC_RECORD);
    phase += GOLDEN;
    if (phase >> (32 - ENTRIES_NOTED_SHIFT) == 0) noteEntry(record, 1 << ENTRIES_NOTED_SHIFT, from);
    if (inhibited) store<i32>(cpu, 0, S_INHIBIT);
    const status = enter(cpu, slot, fuel);
    if (inhibited) keepShadow(cpu, fuel, inhibited);
    if (status == -1) return record | MISSED;
    from = record;
  }
  return from;
}

/** Runs until S_FUEL is used up or the host is needed; returns EXIT_*. */
export function run(cpu: i32): i32 {
  forgetTime(cpu);
  // Record of the region left last, while nothing else has run since.
  let from = 0;
  for (let last = regions(cpu, from); ; last = regions(cpu, from)) {
    from = last & ~MISSED;
    let tried = false;
    if (last & MISSED) {
      store<i32>(from, load<i32>(from, R_MISSED) + 1, R_MISSED);
      tried = true;
    }
    let inhibited = 0;
    let alone = 0;
    if (urgent(cpu)) {
      if (load<i32>(cpu + S_FAULT) && !takeFault(cpu)) return leave(cpu, EXIT_SHUTDOWN);
      if (load<i32>(cpu + S_STOP)) {
        store<i32>(cpu + S_STOP, 0);
        return leave(cpu, EXIT_STOP);
      }
      if (load<i32>(cpu + S_HALTED) | (load<i32>(cpu + S_ATTENTION) & i32(load<i32>(cpu + S_INHIBIT) == 0))) {
        if (call_indirect<i32>(engine(E_HOOK_ATTENTION), cpu) != FAULT_NONE) return leave(cpu, EXIT_SHUTDOWN);
        if (load<i32>(cpu + S_HALTED)) return leave(cpu, EXIT_HALT);
        countEvent(cpu);
        // It took one event. If there is another it comes before the next instruction, too.
        if (load<i32>(cpu + S_ATTENTION) != 0 && load<i32>(cpu + S_FUEL) > 0) continue;
      }
      if (load<i32>(cpu + S_FUEL) <= 0) return leave(cpu, EXIT_FUEL);
      inhibited = load<i32>(cpu + S_INHIBIT);
      // If an interrupt is already pending, run the shadowed instruction alone so that it is taken right after it. One raised by that
      // instruction is taken after it in any case.
      if (inhibited != 0 && load<i32>(cpu + S_ATTENTION) != 0) store<i32>(cpu + S_ONE_INSN, 1);
      alone = load<i32>(cpu + S_ONE_INSN);
      if (!(alone | inhibited | tried)) continue;
    }
    const fuel = load<i32>(cpu + S_FUEL);
    if (fuel <= 0) return leave(cpu, EXIT_FUEL);

    const va = codeAddress(cpu);
    const slot = regionSlot(cpu, va);
    let block = find(cpu);
    if (block != 0 && block != NOT_MEMORY && load<i32>(cpu + S_EXACT) && fuel < load<i32>(block + B_INSNS)) {
      store<i32>(cpu + S_ONE_INSN, 1);
      block = find(cpu);
    }
    if (block == 0) {
      if (load<i32>(cpu + S_FAULT)) continue;
      return leave(cpu, EXIT_TRANSLATE);
    }
    if (block == NOT_MEMORY) return leave(cpu, EXIT_NOT_MEMORY);
    const region = load<i32>(block + B_REGION);
    if (region != 0 && !tried && !load<i32>(cpu + S_ONE_INSN)) {
      if (load<i32>(region + R_VALID)) {
        cacheRegion(cpu, slot, va, region);
        continue;
      }
      store<i32>(block + B_REGION, 0);
    }

    store<i32>(cpu + S_INHIBIT, 0);
    from = 0;
    count(cpu, STAT_T0_ENTRIES);
    // Counted by instructions, not by the fuel: the host may take fuel away meanwhile.
    const begun = icount(cpu);
    const status = interpret(cpu, block);
    store<i64>(cpu, load<i64>(cpu, S_STATS + STAT_T0_INSNS) + icount(cpu) - begun, S_STATS + STAT_T0_INSNS);
    if (inhibited) keepShadow(cpu, fuel, inhibited);
    if (status == I_HOT) {
      store<i32>(cpu + S_EXIT_BLOCK, load<i32>(cpu + S_BLOCK));
      // A request for a single instruction stays.
      return leave(cpu, EXIT_HOT);
    }
    if (load<i32>(cpu + S_FAULT) == FAULT_NONE) store<i32>(cpu + S_ONE_INSN, load<i32>(cpu + S_ALONE));
  }
  // asc does not see that this is never reached.
  return EXIT_STOP;
}
