// Physical memory protection (3.7), in steps of a page of 4 KiB: what the TLB holds has one set of rights.

import { PERM_EXEC, PERM_READ, PERM_WRITE } from "../../../src/layout/access";
import { PMP_COUNT, PRIV_MACHINE, RV_PMPADDR, RV_PMPCFG } from "../../../src/arch/riscv/layout";

const A_OFF = 0;
const A_TOR = 1;
const A_NAPOT = 3;
const LOCKED = 0x80;
/** Of an address register, which is in units of 4 bytes: bits below a page. */
const GRAIN: u64 = 0x3ff;
const ADDRESS: u64 = 0x003fffffffffffff;

// @ts-ignore: decorator
@inline function config(cpu: i32, n: i32): i32 {
  return load<u8>(cpu + RV_PMPCFG + n);
}

// @ts-ignore: decorator
@inline function address(cpu: i32, n: i32): u64 {
  return load<u64>(cpu + RV_PMPADDR + (n << 3));
}

/** Rights of a privilege to the page of `phys`, PERM_*. Of the entries that match, the first one counts. */
export function pmpRights(cpu: i32, phys: u64, priv: i32): i32 {
  const page = (phys >> 12) << 10;
  for (let n = 0; n < PMP_COUNT; n++) {
    const cfg = config(cpu, n);
    const kind = (cfg >> 3) & 3;
    if (kind == A_OFF) continue;
    const top = address(cpu, n);
    let hit: bool;
    if (kind == A_TOR) hit = page < (top & ~GRAIN) && (n == 0 || page >= (address(cpu, n - 1) & ~GRAIN));
    else {
      const ones = top | (GRAIN >> 1);
      hit = ((page ^ top) & ~(ones ^ (ones + 1))) == 0;
    }
    if (!hit) continue;
    if (priv == PRIV_MACHINE && (cfg & LOCKED) == 0) return PERM_READ | PERM_WRITE | PERM_EXEC;
    return (cfg & 1 ? PERM_READ : 0) | (cfg & 2 ? PERM_WRITE : 0) | (cfg & 4 ? PERM_EXEC : 0);
  }
  return priv == PRIV_MACHINE ? PERM_READ | PERM_WRITE | PERM_EXEC : 0;
}

export function readPmpConfig(cpu: i32, n: i32): u64 {
  return load<u64>(cpu + RV_PMPCFG + (n << 2));
}

/** pmpcfg of even number `n`: eight configurations. Locked ones stay, and so does what is reserved: writable but not readable. */
export function writePmpConfig(cpu: i32, n: i32, value: u64): void {
  for (let k = 0; k < 8; k++) {
    const at = cpu + RV_PMPCFG + (n << 2) + k;
    const cfg = <i32>(value >> (k << 3)) & 0x9f;
    if (load<u8>(at) & LOCKED || (cfg & 3) == 2) continue;
    // NA4 is smaller than the grain.
    store<u8>(at, ((cfg >> 3) & 3) == 2 ? cfg | (A_NAPOT << 3) : cfg);
  }
}

/** With a grain of 4 KiB the low bits read as ones (NAPOT), all but the last, or as zeros. */
export function readPmpAddress(cpu: i32, n: i32): u64 {
  const value = address(cpu, n);
  return (config(cpu, n) >> 3) & 2 ? value | (GRAIN >> 1) : value & ~GRAIN;
}

export function writePmpAddress(cpu: i32, n: i32, value: u64): void {
  if (config(cpu, n) & LOCKED) return;
  // The upper end of a locked range is the lower end of the next.
  if (n + 1 < PMP_COUNT && (config(cpu, n + 1) & (LOCKED | 0x18)) == (LOCKED | (A_TOR << 3))) return;
  store<u64>(cpu + RV_PMPADDR + (n << 3), value & ADDRESS);
}
