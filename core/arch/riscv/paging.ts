// The page walk (privileged 12.3 to 12.6): Sv39, Sv48, Sv57; Svnapot, Svpbmt, Svade and Svadu; PMP.

import {
  ACCESS_EXEC,
  ACCESS_LOOK,
  ACCESS_WRITE,
  PERM_EXEC,
  PERM_GLOBAL,
  PERM_READ,
  PERM_WRITE,
} from "../../../src/layout/access";
import {
  FEATURE_SVNAPOT,
  MMU_MACHINE,
  MMU_MPRV,
  MMU_SUM,
  MMU_USER,
  PRIV_MACHINE,
  PRIV_SUPERVISOR,
  PRIV_USER,
  RV_FEATURES,
  RV_MENVCFG,
  RV_SATP,
} from "../../../src/arch/riscv/layout";
import { FAULT_EXCEPTION, FAULT_RETRY, S_SPACE } from "../../../src/layout/vcpu";
import { physHost, physHostWrite } from "../../engine/physical";
import { codeWrite } from "../../engine/softmmu/access";
import { permits, walked } from "../../engine/softmmu/walk";
import { ADUE, MXR, PBMTE } from "./bits";
import { mstatus } from "./mode";
import { pmpRights } from "./pmp";
import { raiseAccess, raisePage } from "./raise";

const V: u64 = 1;
const R: u64 = 2;
const W: u64 = 4;
const X: u64 = 8;
const U: u64 = 0x10;
const G: u64 = 0x20;
const A: u64 = 0x40;
const D: u64 = 0x80;
const PBMT: u64 = 0x6000000000000000;
const N: u64 = 0x8000000000000000;
/** Bits 60 to 54. */
const RESERVED: u64 = 0x1fc0000000000000;
const PPN: u64 = 0x003ffffffffffc00;
const SATP_PPN: u64 = 0x00000fffffffffff;
/** satp.MODE of Sv39; the next ones have a level more each. */
const SV39: i32 = 8;

/** satp.ASID: all 16 bits are there. */
// @ts-ignore: decorator
@inline export function asid(satp: u64): i32 {
  return <i32>(satp >> 44) & 0xffff;
}

/** Tells the TLB, which has nothing of other address spaces. */
export function setSpace(cpu: i32): void {
  store<i32>(cpu + S_SPACE, asid(load<u64>(cpu + RV_SATP)));
}

/** Hook: see E_HOOK_WALK. */
export function walk(cpu: i32, va: u64, access: i32, mode: i32): i32 {
  const mmu = mode > MMU_USER ? (access == ACCESS_EXEC ? MMU_MACHINE : mode - MMU_MPRV) : mode;
  const satp = load<u64>(cpu + RV_SATP);
  const kind = <i32>(satp >> 60);
  if (mmu == MMU_MACHINE || kind == 0) {
    const priv = mmu == MMU_MACHINE ? PRIV_MACHINE : mmu == MMU_USER ? PRIV_USER : PRIV_SUPERVISOR;
    return found(cpu, va, va & ~0xfff, PERM_READ | PERM_WRITE | PERM_EXEC, 12, access, priv);
  }
  const levels = kind - SV39 + 3;
  const unused = 64 - (12 + 9 * levels);
  if (<u64>(((<i64>va) << unused) >> unused) != va) return refuse(cpu, va, access);
  let table = (satp & SATP_PPN) << 12;
  let global: u64 = 0;
  for (let level = levels - 1; level >= 0; level--) {
    const shift = 12 + 9 * level;
    const at = table + (((va >> shift) & 0x1ff) << 3);
    const host = physHost(at);
    if (host == 0 || (pmpRights(cpu, at, PRIV_SUPERVISOR) & PERM_READ) == 0) return refuseAccess(cpu, va, access);
    const entry = load<u64>(host);
    if ((entry & V) == 0 || (entry & (R | W)) == W || (entry & RESERVED) != 0) return refuse(cpu, va, access);
    global |= entry & G;
    if (entry & (R | X)) return leaf(cpu, va, access, mmu, entry, global, at, shift);
    if (entry & (D | A | U | PBMT | N)) return refuse(cpu, va, access);
    table = (entry & PPN) << 2;
  }
  return refuse(cpu, va, access);
}

function leaf(cpu: i32, va: u64, access: i32, mmu: i32, entry: u64, global: u64, at: u64, shift: i32): i32 {
  if ((entry & PBMT) != 0 && ((load<u64>(cpu + RV_MENVCFG) & PBMTE) == 0 || (entry & PBMT) == PBMT))
    return refuse(cpu, va, access);
  let page = (entry & PPN) << 2;
  let size = shift;
  if (entry & N) {
    // 64 KiB, and nothing else yet (Svnapot, 13.1).
    if ((load<i32>(cpu + RV_FEATURES) & FEATURE_SVNAPOT) == 0 || shift != 12 || ((page >> 12) & 15) != 8)
      return refuse(cpu, va, access);
    page &= ~0xffff;
    size = 16;
  }
  const inside = ((<u64>1) << size) - 1;
  if (page & inside) return refuse(cpu, va, access);

  const user = mmu == MMU_USER;
  const userPage = (entry & U) != 0;
  const ours = user ? userPage : !userPage || mmu == MMU_SUM;
  let perm = 0;
  if (ours && ((entry & R) != 0 || ((entry & X) != 0 && (mstatus(cpu) & MXR) != 0))) perm |= PERM_READ;
  if (ours && (entry & W) != 0) perm |= PERM_WRITE;
  if (user == userPage && (entry & X) != 0) perm |= PERM_EXEC;
  if (!permits(perm, access)) return refuse(cpu, va, access);

  const wanted = access == ACCESS_WRITE ? A | D : A;
  if ((entry & wanted) != wanted && access != ACCESS_LOOK) {
    if ((load<u64>(cpu + RV_MENVCFG) & ADUE) == 0) return refuse(cpu, va, access);
    const host = physHostWrite(at);
    if (host == 0 || (pmpRights(cpu, at, PRIV_SUPERVISOR) & PERM_WRITE) == 0) return refuseAccess(cpu, va, access);
    if (!codeWrite(cpu, host, 8)) return FAULT_RETRY;
    entry |= wanted;
    store<u64>(host, entry);
  }
  // The first store is to be seen.
  if ((entry & D) == 0) perm &= ~PERM_WRITE;
  if (global) perm |= PERM_GLOBAL;
  return found(cpu, va, page | (va & inside & ~0xfff), perm, size, access, user ? PRIV_USER : PRIV_SUPERVISOR);
}

function found(cpu: i32, va: u64, phys: u64, perm: i32, shift: i32, access: i32, priv: i32): i32 {
  const rights = pmpRights(cpu, phys, priv);
  if (!permits(rights, access)) return refuseAccess(cpu, va, access);
  return walked(cpu, phys, perm & (rights | PERM_GLOBAL), shift);
}

function refuse(cpu: i32, va: u64, access: i32): i32 {
  return access == ACCESS_LOOK ? FAULT_EXCEPTION : raisePage(cpu, va, access);
}

function refuseAccess(cpu: i32, va: u64, access: i32): i32 {
  return access == ACCESS_LOOK ? FAULT_EXCEPTION : raiseAccess(cpu, va, access);
}
