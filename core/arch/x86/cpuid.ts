// CPUID from the table the machine built (src/arch/x86/frontend/cpuid.ts); bits that follow the state are put in here.

import { RAX, RBX, RCX, RDX, X_APIC_BASE, X_CPUID_COUNT, X_CPUID_TABLE, X_XCR0 } from "../../../src/arch/x86/layout";
import { CR4_OSXSAVE } from "./bits";
import { cr4 } from "./regs";

const STRIDE: i32 = 24;
/** Sub-leaf of entries that hold for any. */
const ANY: u32 = 0xffffffff;

/** Table entry for a leaf, or 0. */
function find(cpu: i32, leaf: u32, sub: u32): i32 {
  const count = load<i32>(cpu + X_CPUID_COUNT);
  let entry = load<i32>(cpu + X_CPUID_TABLE);
  for (let i = 0; i < count; i++, entry += STRIDE) {
    if (load<u32>(entry) != leaf) continue;
    const s = load<u32>(entry + 4);
    if (s == ANY || s == sub) return entry;
  }
  return 0;
}

/** Highest leaf of the range (basic, hypervisor, extended) that `leaf` is in: its first entry says so in EAX. */
function highest(cpu: i32, leaf: u32): u32 {
  const entry = find(cpu, leaf & 0xffff0000, 0);
  return entry ? load<u32>(entry + 8) : 0;
}

/** Family, model and stepping: CPUID 1.EAX. */
export function signature(cpu: i32): u32 {
  const entry = find(cpu, 1, 0);
  return entry ? load<u32>(entry + 8) : 0;
}

/** The vendor is AuthenticAMD: its first four letters are in EBX. */
export function isAmd(cpu: i32): bool {
  const entry = find(cpu, 0, 0);
  return entry != 0 && load<u32>(entry + 12) == 0x68747541;
}

/** Helper CPUID: EAX and ECX to EAX, EBX, ECX, EDX. */
export function x86_cpuid(cpu: i32, a: i64, b: i64, c: i64): i64 {
  let leaf = load<u32>(cpu + RAX);
  const sub = load<u32>(cpu + RCX);
  // Beyond the highest leaf of a range, the highest basic leaf answers (SDM volume 2, CPUID).
  const range = leaf & 0xffff0000;
  if ((range != 0 && range != 0x40000000 && range != 0x80000000) || leaf > highest(cpu, leaf)) leaf = highest(cpu, 0);
  const entry = find(cpu, leaf, sub);
  let eax: u32 = 0;
  let ebx: u32 = 0;
  let ecx: u32 = 0;
  let edx: u32 = 0;
  if (entry) {
    eax = load<u32>(entry + 8);
    ebx = load<u32>(entry + 12);
    ecx = load<u32>(entry + 16);
    edx = load<u32>(entry + 20);
  }
  if (leaf == 1) {
    if (cr4(cpu) & CR4_OSXSAVE) ecx |= 1 << 27;
    if ((load<i32>(cpu + X_APIC_BASE) & 0x800) == 0) edx &= ~(1 << 9);
  } else if (leaf == 0x80000001) {
    if ((load<i32>(cpu + X_APIC_BASE) & 0x800) == 0) edx &= ~(1 << 9);
  } else if (leaf == 13 && entry != 0) {
    // Size of the XSAVE area for what XCR0 enables: legacy region and header; x87 and SSE lie in the former.
    if (sub == 0) ebx = load<i32>(cpu + X_XCR0) & 3 ? 576 : 0;
  }
  store<u64>(cpu + RAX, eax);
  store<u64>(cpu + RBX, ebx);
  store<u64>(cpu + RCX, ecx);
  store<u64>(cpu + RDX, edx);
  return 0;
}
