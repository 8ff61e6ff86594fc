// Tier 0: executes micro-ops (src/tier0/uops.ts) block after block along links. It returns to the dispatcher when the next
// block is not linked, has a region, becomes hot, when fuel runs out, or at a fault; S_PC and S_FUEL are exact then.

import {
  B_COUNT, B_EPOCH, B_HEADER, B_INSNS, B_LINK0, B_LINK1, B_PAGE2, B_REGION, B_TAKEN, B_TARGETS, B_TARGET_COUNT, B_VALID, E_HELPERS, E_HOT, E_LINK_EPOCH, S_BLOCK,
  S_EXACT, S_FAULT, S_FUEL, S_MODE, S_ONE_INSN, S_PC, S_PENDING, S_TLB, TLB_ADDEND, TLB_ENTRIES, TLB_MODE_SIZE, TLB_READ,
  TLB_STRIDE, TLB_WRITE, MEM_ALIGN, MEM_RMW, MEM_SIGNED,
} from "../../src/layout";
import { engine, mmuIndex } from "../state";
import { slow_load, slow_load128, slow_store, slow_store128 } from "../softmmu/access";
import { lookup } from "../dispatcher/lookup";
import { wasmOp, shuffle } from "./wasm-op";
import {
  UF_LINK, UF_LINK1, UF_WIDTH, U_CONST_CONST, U_CONST_CONST32, U_LD64_ADD, U_MOV64_CONST, U_MOV64_CONST32, U_MOV64_CONST_CONST32,
  U_MOV64_MOV64, U_MOV64_MOV64_CONST32, U_ST64_ADD, U_ADD, U_AND, U_BR, U_BRANCH, U_BSWAP32, U_BSWAP64, U_CALL, U_CALLP, U_CALLV, U_CALLVI, U_CLZ32,
  U_CLZ64, U_CONST, U_CONST32, U_CTZ32, U_CTZ64, U_EQ, U_EXIT, U_EXT16S, U_EXT32S, U_EXT32U, U_EXT8S, U_GOTO, U_JUMP, U_LD128, U_LD128A,
  U_LD16S, U_LD16U, U_LD32S, U_LD32U, U_LD64, U_LD8S, U_LD8U, U_LDSLOW, U_LDW16, U_LDW32, U_LDW64, U_LDW8, U_LES, U_LEU, U_LTS,
  U_LTU, U_MOV128, U_MOV32, U_MOV64, U_MUL, U_MULHS, U_MULHU, U_NE, U_OR, U_PC, U_POPCNT32, U_POPCNT64, U_ROTL, U_ROTR,
  U_SELECT128, U_SELECT32, U_SELECT64, U_SHL, U_SHRS, U_SHRU, U_SHUFFLE, U_ST128, U_ST128A, U_ST16, U_ST32, U_ST64, U_ST8,
  U_STSLOW, U_SUB, U_VCONST, U_W, U_XOR,
} from "../../src/tier0/uops";

/** interpret() results. */
export const I_NEXT: i32 = 0;
export const I_FAULT: i32 = 1;
export const I_HOT: i32 = 2;

// @ts-ignore: decorator
@inline function A32(cpu: i32, w: u64): u32 { return load<u32>(cpu + (<i32>(w >> 32) & 0xffff)); }
// @ts-ignore: decorator
@inline function A64(cpu: i32, w: u64): u64 { return load<u64>(cpu + (<i32>(w >> 32) & 0xffff)); }
// @ts-ignore: decorator
@inline function B32(cpu: i32, w: u64): u32 { return load<u32>(cpu + <i32>(w >> 48)); }
// @ts-ignore: decorator
@inline function B64(cpu: i32, w: u64): u64 { return load<u64>(cpu + <i32>(w >> 48)); }
// @ts-ignore: decorator
@inline function D32(cpu: i32, w: u64, v: u32): void { store<u64>(cpu + (<i32>(w >> 16) & 0xffff), <u64>v); }
// @ts-ignore: decorator
@inline function D64(cpu: i32, w: u64, v: u64): void { store<u64>(cpu + (<i32>(w >> 16) & 0xffff), v); }
// @ts-ignore: decorator
@inline function X32(ip: i32): i32 { return load<i32>(ip, 8); }
// @ts-ignore: decorator
@inline function X64(ip: i32): u64 { return load<u64>(ip, 8); }

// @ts-ignore: decorator
@inline function readHost(tlb: i32, va: u64, size: u64): i32 {
  const entry = tlb + (<i32>(va >> 7) & ((TLB_ENTRIES - 1) * TLB_STRIDE));
  return (va ^ load<u64>(entry, TLB_READ)) < 4097 - size ? <i32>va + load<i32>(entry, TLB_ADDEND) : 0;
}

// @ts-ignore: decorator
@inline function writeHost(tlb: i32, va: u64, size: u64): i32 {
  const entry = tlb + (<i32>(va >> 7) & ((TLB_ENTRIES - 1) * TLB_STRIDE));
  return (va ^ load<u64>(entry, TLB_WRITE)) < 4097 - size ? <i32>va + load<i32>(entry, TLB_ADDEND) : 0;
}

/** Gives back the instructions not executed and sets S_PC to the faulting one. */
function fail(cpu: i32, block: i32, ip: i32): i32 {
  store<u64>(cpu + S_PC, load<u64>(cpu + S_PC) + <u64>load<u16>(ip, 12));
  store<i32>(cpu + S_FUEL, load<i32>(cpu + S_FUEL) + load<i32>(block + B_INSNS) - <i32>load<u16>(ip, 14));
  return I_FAULT;
}

// @ts-ignore: decorator
@inline function width(pc: u64, flags: i32): u64 {
  const w = flags & UF_WIDTH;
  return w == 0 ? pc : w == 1 ? pc & 0xffffffff : pc & 0xffff;
}

/** Puts an indirect target in front of the others the block has had. */
function noteTarget(block: i32, pc: u64): void {
  let moved = pc;
  for (let at = block + B_TARGETS; at < block + B_TARGETS + (B_TARGET_COUNT << 3); at += 8) {
    const old = load<u64>(at);
    store<u64>(at, moved);
    if (old == pc) return;
    moved = old;
  }
}

/** Sets the next program counter and gives the linked successor, or 0. */
function follow(cpu: i32, block: i32, displacement: i32, flags: i32, link: i32, linkable: i32): i32 {
  const pc = width(load<u64>(cpu + S_PC) + <i64>displacement, flags);
  store<u64>(cpu + S_PC, pc);
  if ((flags & linkable) == 0) return load<i32>(cpu + S_ONE_INSN) ? 0 : lookup(cpu);
  const epoch = engine(E_LINK_EPOCH);
  if (load<i32>(block + B_EPOCH) == epoch) {
    const next = load<i32>(block + link);
    if (next) return next;
  } else {
    store<i32>(block + B_LINK0, 0);
    store<i32>(block + B_LINK1, 0);
    store<i32>(block + B_EPOCH, epoch);
  }
  const next = lookup(cpu);
  // What a page-crossing block continues with depends on the mapping of its second page.
  if (next && load<i32>(next + B_PAGE2) == -1) store<i32>(block + link, next);
  return next;
}

export function interpret(cpu: i32, first: i32): i32 {
  let block = first;
  let chained = false;
  const hot = engine(E_HOT);
  const helpers = engine(E_HELPERS);
  const exact = load<i32>(cpu + S_EXACT);
  const tlb = cpu + S_TLB + mmuIndex(cpu) * TLB_MODE_SIZE;
  while (true) {
    // Entry of a block.
    const fuel = load<i32>(cpu + S_FUEL);
    const insns = load<i32>(block + B_INSNS);
    // Every block but the first of this call is a chained one, also when it is the same again (a loop of one block).
    if (chained) {
      if (fuel <= 0 || (exact && fuel < insns) || load<i32>(block + B_REGION)) return I_NEXT;
    }
    chained = true;
    store<i32>(cpu + S_FUEL, fuel - insns);
    const runs = load<i32>(block + B_COUNT) + 1;
    store<i32>(block + B_COUNT, runs);
    if (runs == hot) {
      store<i32>(cpu + S_FUEL, fuel);
      store<i32>(cpu + S_BLOCK, block);
      return I_HOT;
    }
    let ip = block + B_HEADER;
    let next = 0;
    for (;;) {
      const w = load<u64>(ip);
      switch (<i32>w & 0xffff) {
        case U_MOV32: store<u32>(cpu + (<i32>(w >> 16) & 0xffff), A32(cpu, w)); break;
        case U_MOV64: D64(cpu, w, A64(cpu, w)); break;
        case U_MOV128: v128.store(cpu + (<i32>(w >> 16) & 0xffff), v128.load(cpu + (<i32>(w >> 32) & 0xffff))); break;
        case U_CONST: D64(cpu, w, X64(ip)); break;
        case U_CONST32: store<u32>(cpu + (<i32>(w >> 16) & 0xffff), X32(ip)); break;
        case U_MOV64_CONST32:
          D64(cpu, w, A64(cpu, w));
          store<u32>(cpu + <i32>(w >> 48), X32(ip));
          break;
        case U_MOV64_MOV64:
          D64(cpu, w, A64(cpu, w));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, w));
          break;
        case U_MOV64_MOV64_CONST32:
          D64(cpu, w, A64(cpu, w));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, w));
          store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
          break;
        case U_CONST_CONST32:
          D64(cpu, w, <u64><i64>X32(ip));
          store<u32>(cpu + <i32>(w >> 48), load<u32>(ip, 12));
          break;
        case U_MOV64_CONST:
          D64(cpu, w, A64(cpu, w));
          store<u64>(cpu + <i32>(w >> 48), X64(ip));
          break;
        case U_MOV64_CONST_CONST32:
          D64(cpu, w, A64(cpu, w));
          store<u64>(cpu + <i32>(w >> 48), <u64><i64>load<i16>(ip, 8));
          store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
          break;
        case U_CONST_CONST:
          D64(cpu, w, <u64><i64>X32(ip));
          store<u64>(cpu + <i32>(w >> 48), <u64><i64>load<i32>(ip, 12));
          break;
        case U_PC: D64(cpu, w, load<u64>(cpu + S_PC) + <i64>X32(ip)); break;
        case U_VCONST: ip += 16; v128.store(cpu + (<i32>(w >> 16) & 0xffff), v128.load(ip)); break;
        case U_EXT8S: D64(cpu, w, <u64><i64><i8>A32(cpu, w)); break;
        case U_EXT16S: D64(cpu, w, <u64><i64><i16>A32(cpu, w)); break;
        case U_EXT32S: D64(cpu, w, <u64><i64><i32>A32(cpu, w)); break;
        case U_EXT32U: D64(cpu, w, <u64>A32(cpu, w)); break;
        case U_CLZ32: D32(cpu, w, clz<u32>(A32(cpu, w))); break;
        case U_CLZ64: D64(cpu, w, clz<u64>(A64(cpu, w))); break;
        case U_CTZ32: D32(cpu, w, ctz<u32>(A32(cpu, w))); break;
        case U_CTZ64: D64(cpu, w, ctz<u64>(A64(cpu, w))); break;
        case U_POPCNT32: D32(cpu, w, popcnt<u32>(A32(cpu, w))); break;
        case U_POPCNT64: D64(cpu, w, popcnt<u64>(A64(cpu, w))); break;
        case U_BSWAP32: D32(cpu, w, bswap<u32>(A32(cpu, w))); break;
        case U_BSWAP64: D64(cpu, w, bswap<u64>(A64(cpu, w))); break;
        case U_SELECT32: D32(cpu, w, load<u32>(cpu + <i32>load<u16>(ip, 8)) ? A32(cpu, w) : B32(cpu, w)); break;
        case U_SELECT64: D64(cpu, w, load<u32>(cpu + <i32>load<u16>(ip, 8)) ? A64(cpu, w) : B64(cpu, w)); break;
        case U_SELECT128: {
          const from = load<u32>(cpu + <i32>load<u16>(ip, 8)) ? <i32>(w >> 32) & 0xffff : <i32>(w >> 48);
          v128.store(cpu + (<i32>(w >> 16) & 0xffff), v128.load(cpu + from));
          break;
        }

        case U_ADD: D32(cpu, w, A32(cpu, w) + B32(cpu, w)); break;
        case U_ADD + 1: D32(cpu, w, A32(cpu, w) + <u32>X32(ip)); break;
        case U_ADD + 2: D64(cpu, w, A64(cpu, w) + B64(cpu, w)); break;
        case U_ADD + 3: D64(cpu, w, A64(cpu, w) + X64(ip)); break;
        case U_SUB: D32(cpu, w, A32(cpu, w) - B32(cpu, w)); break;
        case U_SUB + 1: D32(cpu, w, A32(cpu, w) - <u32>X32(ip)); break;
        case U_SUB + 2: D64(cpu, w, A64(cpu, w) - B64(cpu, w)); break;
        case U_SUB + 3: D64(cpu, w, A64(cpu, w) - X64(ip)); break;
        case U_MUL: D32(cpu, w, A32(cpu, w) * B32(cpu, w)); break;
        case U_MUL + 1: D32(cpu, w, A32(cpu, w) * <u32>X32(ip)); break;
        case U_MUL + 2: D64(cpu, w, A64(cpu, w) * B64(cpu, w)); break;
        case U_MUL + 3: D64(cpu, w, A64(cpu, w) * X64(ip)); break;
        case U_AND: D32(cpu, w, A32(cpu, w) & B32(cpu, w)); break;
        case U_AND + 1: D32(cpu, w, A32(cpu, w) & <u32>X32(ip)); break;
        case U_AND + 2: D64(cpu, w, A64(cpu, w) & B64(cpu, w)); break;
        case U_AND + 3: D64(cpu, w, A64(cpu, w) & X64(ip)); break;
        case U_OR: D32(cpu, w, A32(cpu, w) | B32(cpu, w)); break;
        case U_OR + 1: D32(cpu, w, A32(cpu, w) | <u32>X32(ip)); break;
        case U_OR + 2: D64(cpu, w, A64(cpu, w) | B64(cpu, w)); break;
        case U_OR + 3: D64(cpu, w, A64(cpu, w) | X64(ip)); break;
        case U_XOR: D32(cpu, w, A32(cpu, w) ^ B32(cpu, w)); break;
        case U_XOR + 1: D32(cpu, w, A32(cpu, w) ^ <u32>X32(ip)); break;
        case U_XOR + 2: D64(cpu, w, A64(cpu, w) ^ B64(cpu, w)); break;
        case U_XOR + 3: D64(cpu, w, A64(cpu, w) ^ X64(ip)); break;
        case U_SHL: D32(cpu, w, A32(cpu, w) << B32(cpu, w)); break;
        case U_SHL + 1: D32(cpu, w, A32(cpu, w) << <u32>X32(ip)); break;
        case U_SHL + 2: D64(cpu, w, A64(cpu, w) << B64(cpu, w)); break;
        case U_SHL + 3: D64(cpu, w, A64(cpu, w) << X64(ip)); break;
        case U_SHRU: D32(cpu, w, A32(cpu, w) >> B32(cpu, w)); break;
        case U_SHRU + 1: D32(cpu, w, A32(cpu, w) >> <u32>X32(ip)); break;
        case U_SHRU + 2: D64(cpu, w, A64(cpu, w) >> B64(cpu, w)); break;
        case U_SHRU + 3: D64(cpu, w, A64(cpu, w) >> X64(ip)); break;
        case U_SHRS: D32(cpu, w, <u32>(<i32>A32(cpu, w) >> <i32>B32(cpu, w))); break;
        case U_SHRS + 1: D32(cpu, w, <u32>(<i32>A32(cpu, w) >> X32(ip))); break;
        case U_SHRS + 2: D64(cpu, w, <u64>(<i64>A64(cpu, w) >> <i64>B64(cpu, w))); break;
        case U_SHRS + 3: D64(cpu, w, <u64>(<i64>A64(cpu, w) >> <i64>X64(ip))); break;
        case U_ROTL: D32(cpu, w, rotl<u32>(A32(cpu, w), B32(cpu, w))); break;
        case U_ROTL + 1: D32(cpu, w, rotl<u32>(A32(cpu, w), <u32>X32(ip))); break;
        case U_ROTL + 2: D64(cpu, w, rotl<u64>(A64(cpu, w), B64(cpu, w))); break;
        case U_ROTL + 3: D64(cpu, w, rotl<u64>(A64(cpu, w), X64(ip))); break;
        case U_ROTR: D32(cpu, w, rotr<u32>(A32(cpu, w), B32(cpu, w))); break;
        case U_ROTR + 1: D32(cpu, w, rotr<u32>(A32(cpu, w), <u32>X32(ip))); break;
        case U_ROTR + 2: D64(cpu, w, rotr<u64>(A64(cpu, w), B64(cpu, w))); break;
        case U_ROTR + 3: D64(cpu, w, rotr<u64>(A64(cpu, w), X64(ip))); break;
        case U_MULHU + 2: D64(cpu, w, mulhu(A64(cpu, w), B64(cpu, w))); break;
        case U_MULHU + 3: D64(cpu, w, mulhu(A64(cpu, w), X64(ip))); break;
        case U_MULHS + 2: D64(cpu, w, mulhs(A64(cpu, w), B64(cpu, w))); break;
        case U_MULHS + 3: D64(cpu, w, mulhs(A64(cpu, w), X64(ip))); break;
        case U_EQ: D64(cpu, w, u64(A32(cpu, w) == B32(cpu, w))); break;
        case U_EQ + 1: D64(cpu, w, u64(A32(cpu, w) == <u32>X32(ip))); break;
        case U_EQ + 2: D64(cpu, w, u64(A64(cpu, w) == B64(cpu, w))); break;
        case U_EQ + 3: D64(cpu, w, u64(A64(cpu, w) == X64(ip))); break;
        case U_NE: D64(cpu, w, u64(A32(cpu, w) != B32(cpu, w))); break;
        case U_NE + 1: D64(cpu, w, u64(A32(cpu, w) != <u32>X32(ip))); break;
        case U_NE + 2: D64(cpu, w, u64(A64(cpu, w) != B64(cpu, w))); break;
        case U_NE + 3: D64(cpu, w, u64(A64(cpu, w) != X64(ip))); break;
        case U_LTU: D64(cpu, w, u64(A32(cpu, w) < B32(cpu, w))); break;
        case U_LTU + 1: D64(cpu, w, u64(A32(cpu, w) < <u32>X32(ip))); break;
        case U_LTU + 2: D64(cpu, w, u64(A64(cpu, w) < B64(cpu, w))); break;
        case U_LTU + 3: D64(cpu, w, u64(A64(cpu, w) < X64(ip))); break;
        case U_LTS: D64(cpu, w, u64(<i32>A32(cpu, w) < <i32>B32(cpu, w))); break;
        case U_LTS + 1: D64(cpu, w, u64(<i32>A32(cpu, w) < X32(ip))); break;
        case U_LTS + 2: D64(cpu, w, u64(<i64>A64(cpu, w) < <i64>B64(cpu, w))); break;
        case U_LTS + 3: D64(cpu, w, u64(<i64>A64(cpu, w) < <i64>X64(ip))); break;
        case U_LEU: D64(cpu, w, u64(A32(cpu, w) <= B32(cpu, w))); break;
        case U_LEU + 1: D64(cpu, w, u64(A32(cpu, w) <= <u32>X32(ip))); break;
        case U_LEU + 2: D64(cpu, w, u64(A64(cpu, w) <= B64(cpu, w))); break;
        case U_LEU + 3: D64(cpu, w, u64(A64(cpu, w) <= X64(ip))); break;
        case U_LES: D64(cpu, w, u64(<i32>A32(cpu, w) <= <i32>B32(cpu, w))); break;
        case U_LES + 1: D64(cpu, w, u64(<i32>A32(cpu, w) <= X32(ip))); break;
        case U_LES + 2: D64(cpu, w, u64(<i64>A64(cpu, w) <= <i64>B64(cpu, w))); break;
        case U_LES + 3: D64(cpu, w, u64(<i64>A64(cpu, w) <= <i64>X64(ip))); break;

        case U_LD8U: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 1);
          if (host) { D64(cpu, w, load<u8>(host)); break; }
          const value = slow_load(cpu, va, 0, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD8S: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 1);
          if (host) { D64(cpu, w, <u64><i64>load<i8>(host)); break; }
          const value = slow_load(cpu, va, 0 | MEM_SIGNED, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD16U: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 2);
          if (host) { D64(cpu, w, load<u16>(host)); break; }
          const value = slow_load(cpu, va, 1, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD16S: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 2);
          if (host) { D64(cpu, w, <u64><i64>load<i16>(host)); break; }
          const value = slow_load(cpu, va, 1 | MEM_SIGNED, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD32U: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 4);
          if (host) { D64(cpu, w, load<u32>(host)); break; }
          const value = slow_load(cpu, va, 2, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD32S: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 4);
          if (host) { D64(cpu, w, <u64><i64>load<i32>(host)); break; }
          const value = slow_load(cpu, va, 2 | MEM_SIGNED, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD64: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 8);
          if (host) { D64(cpu, w, load<u64>(host)); break; }
          const value = slow_load(cpu, va, 3, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LD64_ADD: {
          const va = A64(cpu, w);
          const host = readHost(tlb, va, 8);
          let value: u64;
          if (host) value = load<u64>(host);
          else {
            value = slow_load(cpu, va, 3, mmuIndex(cpu));
            if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          }
          D64(cpu, w, value);
          const b = cpu + <i32>(w >> 48);
          store<u64>(b, load<u64>(b) + <i64>X32(ip));
          break;
        }
        case U_LD128: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = readHost(tlb, va, 16);
          const d = cpu + (<i32>(w >> 16) & 0xffff);
          if (host) { v128.store(d, v128.load(host)); break; }
          const value = slow_load128(cpu, va, 4, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(d, value);
          break;
        }
        case U_LD128A: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = va & 15 ? 0 : readHost(tlb, va, 16);
          const d = cpu + (<i32>(w >> 16) & 0xffff);
          if (host) { v128.store(d, v128.load(host)); break; }
          const value = slow_load128(cpu, va, 4 | MEM_ALIGN, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(d, value);
          break;
        }
        case U_LDW8: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 1);
          if (host) { D64(cpu, w, load<u8>(host)); break; }
          const value = slow_load(cpu, va, 0 | MEM_RMW, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LDW16: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 2);
          if (host) { D64(cpu, w, load<u16>(host)); break; }
          const value = slow_load(cpu, va, 1 | MEM_RMW, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LDW32: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 4);
          if (host) { D64(cpu, w, load<u32>(host)); break; }
          const value = slow_load(cpu, va, 2 | MEM_RMW, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LDW64: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 8);
          if (host) { D64(cpu, w, load<u64>(host)); break; }
          const value = slow_load(cpu, va, 3 | MEM_RMW, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_LDSLOW: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const value = slow_load(cpu, va, <i32>(w >> 48), mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_ST8: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 1);
          if (host) { store<u8>(host, <u8>B32(cpu, w)); break; }
          slow_store(cpu, va, B32(cpu, w), 0, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }
        case U_ST16: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 2);
          if (host) { store<u16>(host, <u16>B32(cpu, w)); break; }
          slow_store(cpu, va, B32(cpu, w), 1, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }
        case U_ST32: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 4);
          if (host) { store<u32>(host, B32(cpu, w)); break; }
          slow_store(cpu, va, B32(cpu, w), 2, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }
        case U_ST64: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 8);
          if (host) { store<u64>(host, B64(cpu, w)); break; }
          slow_store(cpu, va, B64(cpu, w), 3, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }
        case U_ST64_ADD: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const host = writeHost(tlb, va, 8);
          if (host) store<u64>(host, B64(cpu, w));
          else {
            slow_store(cpu, va, B64(cpu, w), 3, mmuIndex(cpu));
            if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          }
          const d = cpu + (<i32>(w >> 16) & 0xffff);
          store<u64>(d, load<u64>(d) + <i64>X32(ip));
          break;
        }
        case U_ST128:
        case U_ST128A: {
          const va = A64(cpu, w) + <i64>X32(ip);
          const aligned = (<i32>w & 0xffff) == U_ST128A;
          const host = aligned && (va & 15) ? 0 : writeHost(tlb, va, 16);
          const value = v128.load(cpu + <i32>(w >> 48));
          if (host) { v128.store(host, value); break; }
          slow_store128(cpu, va, value, aligned ? 4 | MEM_ALIGN : 4, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }
        case U_STSLOW: {
          const va = A64(cpu, w) + <i64>X32(ip);
          slow_store(cpu, va, B64(cpu, w), <i32>(w >> 16) & 0xffff, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          break;
        }

        case U_CALL: {
          store<i32>(cpu + S_PENDING, load<i32>(block + B_INSNS) - <i32>load<u16>(ip, 14));
          const value = call_indirect<u64>(helpers + <i32>load<u16>(ip, 10), cpu, A64(cpu, w), B64(cpu, w), load<u64>(cpu + <i32>load<u16>(ip, 8)));
          store<i32>(cpu + S_PENDING, 0);
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_CALLP:
          D64(cpu, w, call_indirect<u64>(helpers + <i32>load<u16>(ip, 10), cpu, A64(cpu, w), B64(cpu, w), load<u64>(cpu + <i32>load<u16>(ip, 8))));
          break;
        case U_CALLV: {
          const value = call_indirect<v128>(
            helpers + <i32>load<u16>(ip, 10), cpu, v128.load(cpu + (<i32>(w >> 32) & 0xffff)), v128.load(cpu + <i32>(w >> 48)), load<u64>(cpu + <i32>load<u16>(ip, 8)));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(cpu + (<i32>(w >> 16) & 0xffff), value);
          break;
        }
        case U_CALLVI: {
          const value = call_indirect<u64>(
            helpers + <i32>load<u16>(ip, 10), cpu, v128.load(cpu + (<i32>(w >> 32) & 0xffff)), v128.load(cpu + <i32>(w >> 48)), load<u64>(cpu + <i32>load<u16>(ip, 8)));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, w, value);
          break;
        }
        case U_W:
          wasmOp(cpu, X32(ip), <i32>(w >> 16) & 0xffff, <i32>(w >> 32) & 0xffff, <i32>(w >> 48), load<i32>(ip, 12));
          break;
        case U_SHUFFLE:
          ip += 16;
          shuffle(cpu + (<i32>(w >> 16) & 0xffff), cpu + (<i32>(w >> 32) & 0xffff), cpu + <i32>(w >> 48), ip);
          break;

        case U_GOTO:
          next = follow(cpu, block, X32(ip), load<u16>(ip, 12), B_LINK0, UF_LINK);
          break;
        case U_BRANCH:
          next = branch(cpu, block, ip, w, A32(cpu, w) != 0);
          break;
        case U_JUMP: {
          const pc = A64(cpu, w);
          store<u64>(cpu + S_PC, pc);
          if (load<u64>(block + B_TARGETS) != pc) noteTarget(block, pc);
          next = load<i32>(cpu + S_ONE_INSN) ? 0 : lookup(cpu);
          break;
        }
        case U_EXIT:
          return I_NEXT;
        case U_BR: next = branch(cpu, block, ip, w, A32(cpu, w) == B32(cpu, w)); break;
        case U_BR + 1: next = branch(cpu, block, ip, w, A64(cpu, w) == B64(cpu, w)); break;
        case U_BR + 2: next = branch(cpu, block, ip, w, A32(cpu, w) != B32(cpu, w)); break;
        case U_BR + 3: next = branch(cpu, block, ip, w, A64(cpu, w) != B64(cpu, w)); break;
        case U_BR + 4: next = branch(cpu, block, ip, w, A32(cpu, w) < B32(cpu, w)); break;
        case U_BR + 5: next = branch(cpu, block, ip, w, A64(cpu, w) < B64(cpu, w)); break;
        case U_BR + 6: next = branch(cpu, block, ip, w, <i32>A32(cpu, w) < <i32>B32(cpu, w)); break;
        case U_BR + 7: next = branch(cpu, block, ip, w, <i64>A64(cpu, w) < <i64>B64(cpu, w)); break;
        case U_BR + 8: next = branch(cpu, block, ip, w, A32(cpu, w) <= B32(cpu, w)); break;
        case U_BR + 9: next = branch(cpu, block, ip, w, A64(cpu, w) <= B64(cpu, w)); break;
        case U_BR + 10: next = branch(cpu, block, ip, w, <i32>A32(cpu, w) <= <i32>B32(cpu, w)); break;
        case U_BR + 11: next = branch(cpu, block, ip, w, <i64>A64(cpu, w) <= <i64>B64(cpu, w)); break;
        default: unreachable();
      }
      if ((<i32>w & 0xffff) >= U_GOTO) break;
      ip += 16;
    }
    if (next == 0) return I_NEXT;
    block = next;
  }
}

// @ts-ignore: decorator
@inline function branch(cpu: i32, block: i32, ip: i32, w: u64, taken: bool): i32 {
  const flags = <i32>(w >> 16) & 0xffff;
  if (taken) {
    store<i32>(block + B_TAKEN, load<i32>(block + B_TAKEN) + 1);
    return follow(cpu, block, load<i32>(ip, 8), flags, B_LINK0, UF_LINK);
  }
  return follow(cpu, block, load<i32>(ip, 12), flags, B_LINK1, UF_LINK1);
}

function mulhu(a: u64, b: u64): u64 {
  const al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
  const ll = al * bl, lh = al * bh, hl = ah * bl;
  const mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  return ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}

function mulhs(a: u64, b: u64): u64 {
  let r = mulhu(a, b);
  if (<i64>a < 0) r -= b;
  if (<i64>b < 0) r -= a;
  return r;
}
