// The page walk (Intel SDM volume 3, chapter 4): 32-bit, PAE and 4-level paging, access rights, accessed and dirty flags.

import {
  ACCESS_EXEC,
  ACCESS_LOOK,
  ACCESS_WRITE,
  PERM_EXEC,
  PERM_GLOBAL,
  PERM_READ,
  PERM_WRITE,
} from "../../../src/layout/access";
import { FAULT_EXCEPTION, FAULT_RETRY } from "../../../src/layout/vcpu";
import { MMU_SMAP, MMU_USER, X_A20_OFF, X_CR3, X_PDPTE } from "../../../src/arch/x86/layout";
import { loadPhys32, loadPhys64, physHostWrite } from "../../engine/physical";
import { codeWrite } from "../../engine/softmmu/access";
import { walked } from "../../engine/softmmu/walk";
import {
  CR0_PG,
  CR0_WP,
  CR4_PAE,
  CR4_PGE,
  CR4_PSE,
  CR4_SMAP,
  CR4_SMEP,
  EFER_LMA,
  EFER_NXE,
  PF_ID,
  PF_P,
  PF_RSVD,
  PF_U,
  PF_W,
  PHYS_BITS,
} from "./bits";
import { raiseFetchPF, raiseNonCanonical, raisePF } from "./raise";
import { canonical, cr0, cr4, efer } from "./regs";

const P: u64 = 1;
const W: u64 = 2;
const U: u64 = 4;
const A: u64 = 0x20;
const D: u64 = 0x40;
const PS: u64 = 0x80;
const G: u64 = 0x100;
const NX: u64 = 0x8000000000000000;
/** No entry here. */
const NONE: u64 = 1;
const ADDRESS: u64 = 0x000ffffffffff000;
/** Bits 51 to the width of physical addresses. */
const RESERVED: u64 = 0x000fffffffffffff & ~(((<u64>1) << PHYS_BITS) - 1);

/** Hook: see E_HOOK_WALK. Fills S_WALK_*; FAULT_EXCEPTION with #PF or #GP(0) pending when the access is not allowed, FAULT_RETRY when it has to
 *  be alone because its flags overwrite code. For ACCESS_LOOK it only says whether the address is mapped. */
export function walk(cpu: i32, va: u64, access: i32, mmu: i32): i32 {
  if ((cr0(cpu) & CR0_PG) == 0) {
    return walked(cpu, a20(cpu, va & 0xfffff000), PERM_READ | PERM_WRITE | PERM_EXEC, 12);
  }
  if ((cr4(cpu) & CR4_PAE) == 0) return walk32(cpu, va, access, mmu);
  const e = efer(cpu);
  const long = (e & EFER_LMA) != 0;
  const reserved = e & EFER_NXE ? RESERVED : RESERVED | NX;
  let table: u64;
  let rights: u64 = W | U;
  // Addresses of the entries used, for their accessed flags.
  let at4: u64 = NONE;
  let at3: u64 = NONE;
  let noExec: u64 = 0;
  let entry: u64;
  if (long) {
    if (!canonical(va)) return nonCanonical(cpu, va, access);
    at4 = (load<u64>(cpu + X_CR3) & ADDRESS) + ((va >> 36) & 0xff8);
    entry = physLoad64(cpu, at4);
    if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
    if (entry & (reserved | PS)) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
    rights &= entry;
    noExec = entry;
    at3 = (entry & ADDRESS) + ((va >> 27) & 0xff8);
    entry = physLoad64(cpu, at3);
    if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
    if (entry & reserved) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
    rights &= entry;
    noExec |= entry;
    if (entry & PS) {
      if (entry & 0x3fffe000) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
      return leaf(cpu, va, access, mmu, entry, rights, noExec, at4, NONE, at3, 30);
    }
    table = entry & ADDRESS;
  } else {
    entry = load<u64>(cpu + X_PDPTE + ((<i32>(va >> 30) & 3) << 3));
    if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
    table = entry & ADDRESS;
  }
  const at2 = table + ((va >> 18) & 0xff8);
  entry = physLoad64(cpu, at2);
  if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
  if (entry & reserved) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
  if (!long && (entry & 0x7ff0000000000000) != 0) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
  rights &= entry;
  noExec |= entry;
  if (entry & PS) {
    if (entry & 0x1fe000) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
    if (at4 != NONE && !setFlag(cpu, at4, access, A)) return FAULT_RETRY;
    return leaf(cpu, va, access, mmu, entry, rights, noExec, at3, NONE, at2, 21);
  }
  const at1 = (entry & ADDRESS) + ((va >> 9) & 0xff8);
  entry = physLoad64(cpu, at1);
  if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
  if (entry & reserved) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
  if (!long && (entry & 0x7ff0000000000000) != 0) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
  rights &= entry;
  noExec |= entry;
  if (at4 != NONE && !setFlag(cpu, at4, access, A)) return FAULT_RETRY;
  return leaf(cpu, va, access, mmu, entry, rights, noExec, at3, at2, at1, 12);
}

function walk32(cpu: i32, va: u64, access: i32, mmu: i32): i32 {
  const at2 = (load<u64>(cpu + X_CR3) & 0xfffff000) + ((va >> 20) & 0xffc);
  let entry: u64 = physLoad32(cpu, at2);
  if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
  let rights = entry & (W | U);
  if ((entry & PS) != 0 && (cr4(cpu) & CR4_PSE) != 0) {
    // PSE-36: bits 20-13 are bits 39-32 of the address, bit 21 is reserved.
    if (entry & 0x200000) return fault(cpu, va, access, mmu, PF_P | PF_RSVD);
    const wide = (entry & 0xffc01fff) | ((entry & 0x1fe000) << 19);
    return leaf(cpu, va, access, mmu, wide, rights, 0, NONE, NONE, at2, 22);
  }
  const at1 = (entry & 0xfffff000) + ((va >> 10) & 0xffc);
  entry = physLoad32(cpu, at1);
  if (!(entry & P)) return fault(cpu, va, access, mmu, 0);
  rights &= entry;
  return leaf(cpu, va, access, mmu, entry, rights, 0, NONE, at2, at1, 12);
}

/** Rights of the page, then accessed flags of up to two upper entries (or NONE) and accessed and dirty of the last. */
function leaf(
  cpu: i32,
  va: u64,
  access: i32,
  mmu: i32,
  entry: u64,
  rights: u64,
  noExec: u64,
  up2: u64,
  up1: u64,
  at: u64,
  shift: i32,
): i32 {
  const c4 = cr4(cpu);
  const user = mmu == MMU_USER;
  const userPage = (rights & U) != 0;
  const nx = (noExec & NX) != 0;
  const readable = user ? userPage : !(userPage && mmu == MMU_SMAP && (c4 & CR4_SMAP) != 0);
  const writable = readable && ((rights & W) != 0 || (!user && (cr0(cpu) & CR0_WP) == 0));
  const executable = !nx && (user ? userPage : !(userPage && (c4 & CR4_SMEP) != 0));
  if (access == ACCESS_WRITE ? !writable : access == ACCESS_EXEC ? !executable : !readable)
    return fault(cpu, va, access, mmu, PF_P);
  if (up2 != NONE && !setFlag(cpu, up2, access, A)) return FAULT_RETRY;
  if (up1 != NONE && !setFlag(cpu, up1, access, A)) return FAULT_RETRY;
  let dirty = (entry & D) != 0;
  if (access == ACCESS_WRITE && !dirty) {
    if (!setFlag(cpu, at, access, A | D)) return FAULT_RETRY;
    dirty = true;
  } else if (!(entry & A) && !setFlag(cpu, at, access, A)) return FAULT_RETRY;
  let perm = 0;
  if (readable) perm |= PERM_READ;
  if (writable && dirty) perm |= PERM_WRITE;
  if (executable) perm |= PERM_EXEC;
  if ((entry & G) != 0 && (c4 & CR4_PGE) != 0) perm |= PERM_GLOBAL;
  const mask = ((<u64>1) << shift) - 1;
  return walked(cpu, a20(cpu, (entry & ADDRESS & ~mask) | (va & mask & ~0xfff)), perm, shift);
}

// @ts-ignore: decorator
@inline function a20(cpu: i32, phys: u64): u64 {
  return load<i32>(cpu + X_A20_OFF) ? phys & ~0x100000 : phys;
}
// @ts-ignore: decorator
@inline function physLoad64(cpu: i32, pa: u64): u64 {
  return loadPhys64(a20(cpu, pa));
}
// @ts-ignore: decorator
@inline function physLoad32(cpu: i32, pa: u64): u64 {
  return loadPhys32(a20(cpu, pa));
}

/** Sets a flag of an entry, which may be an instruction too: code is dropped as for any other store (SDM volume 3, 8.1.3 goes by physical
 *  address). False with FAULT_RETRY set when the access has to be executed in a block of its own for that. */
function setFlag(cpu: i32, pa: u64, access: i32, flag: u64): bool {
  if (access == ACCESS_LOOK) return true;
  const host = physHostWrite(a20(cpu, pa));
  if (host == 0) return true;
  const old = load<u8>(host);
  const now = old | <u8>flag;
  if (now == old) return true;
  if (!codeWrite(cpu, host, 1)) return false;
  store<u8>(host, now);
  return true;
}

function nonCanonical(cpu: i32, va: u64, access: i32): i32 {
  return access == ACCESS_LOOK ? FAULT_EXCEPTION : raiseNonCanonical(cpu, va, access == ACCESS_EXEC);
}

function fault(cpu: i32, va: u64, access: i32, mmu: i32, error: i32): i32 {
  if (access == ACCESS_LOOK) return FAULT_EXCEPTION;
  if (access == ACCESS_WRITE) error |= PF_W;
  if (mmu == MMU_USER) error |= PF_U;
  if (access == ACCESS_EXEC) {
    const c4 = cr4(cpu);
    if ((c4 & CR4_SMEP) != 0 || ((c4 & CR4_PAE) != 0 && (efer(cpu) & EFER_NXE) != 0)) error |= PF_ID;
    return raiseFetchPF(cpu, va, error);
  }
  return raisePF(cpu, va, error);
}

/** Loads the four page-directory-pointer entries at `cr3`: false when a present one has reserved bits set (SDM 4.4.1). */
export function loadPdptes(cpu: i32, cr3: u64): bool {
  const table = cr3 & 0xffffffe0;
  for (let i = 0; i < 4; i++) {
    const entry = physLoad64(cpu, table + (i << 3));
    if ((entry & P) != 0 && (entry & (RESERVED | 0xfff00000000001e6)) != 0) return false;
  }
  for (let i = 0; i < 4; i++) store<u64>(cpu + X_PDPTE + (i << 3), physLoad64(cpu, table + (i << 3)));
  return true;
}
