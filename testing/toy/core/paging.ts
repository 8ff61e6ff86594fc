// The toy's page walk: two levels, 4 KiB and 4 MiB pages.

import { loadPhys32 } from "../../../core/engine/physical";
import { permits, walked } from "../../../core/engine/softmmu/walk";
import {
  ACCESS_EXEC,
  ACCESS_LOOK,
  ACCESS_WRITE,
  PERM_EXEC,
  PERM_GLOBAL,
  PERM_READ,
  PERM_WRITE,
} from "../../../src/layout/access";
import { FAULT_EXCEPTION } from "../../../src/layout/vcpu";
import {
  CAUSE_FETCH,
  CAUSE_READ,
  CAUSE_WRITE,
  MMU_PROGRAM,
  PTE_EXEC,
  PTE_GLOBAL,
  PTE_LARGE,
  PTE_READ,
  PTE_USER,
  PTE_WRITE,
  T_TABLES,
} from "../layout";
import { raise } from "./raise";

export function walk(cpu: i32, va: u64, access: i32, mmu: i32): i32 {
  const tables = load<u64>(cpu + T_TABLES);
  // Only the program counter wraps around: the second page of an access may be beyond 4 GiB.
  if (va >> 32 != 0) return refuse(cpu, access, 0);
  if (tables == 0) return walked(cpu, va & ~0xfff, PERM_READ | PERM_WRITE | PERM_EXEC, 12);
  let entry = loadPhys32(tables + ((va >> 22) << 2));
  let shift = 22;
  if (!(entry & PTE_LARGE) && entry & PTE_READ) {
    entry = loadPhys32(pageOf(entry) + (((va >> 12) & 0x3ff) << 2));
    shift = 12;
  }
  let perm = 0;
  if (entry & PTE_READ && (mmu != MMU_PROGRAM || entry & PTE_USER)) {
    perm = PERM_READ;
    if (entry & PTE_WRITE) perm |= PERM_WRITE;
    if (entry & PTE_EXEC) perm |= PERM_EXEC;
    if (entry & PTE_GLOBAL) perm |= PERM_GLOBAL;
  }
  if (!permits(perm, access)) return refuse(cpu, access, <u32>va);
  const offset = va & (((<u64>1) << shift) - 1) & ~0xfff;
  return walked(cpu, pageOf(entry) + offset, perm, shift);
}

function refuse(cpu: i32, access: i32, address: u32): i32 {
  if (access == ACCESS_LOOK) return FAULT_EXCEPTION;
  return raise(cpu, access == ACCESS_WRITE ? CAUSE_WRITE : access == ACCESS_EXEC ? CAUSE_FETCH : CAUSE_READ, address);
}

function pageOf(entry: u32): u64 {
  return <u64>(entry & 0xfffff000) | ((<u64>((entry >> 8) & 15)) << 32);
}
