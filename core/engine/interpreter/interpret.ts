// Tier 0: executes micro-ops (src/tier0/uops.ts) block after block along links. It returns to the dispatcher when the next
// block is not linked, has a region, becomes hot, when fuel runs out, or at a fault; S_PC and S_FUEL are exact then.

import { MEM_ALIGN } from "../../../src/layout/access";
import {
  B_COUNT,
  B_EPOCH,
  B_HEADER,
  B_INSNS,
  B_LINK0,
  B_LINK1,
  B_PAGE2,
  B_REGION,
  B_TAKEN,
  B_TARGETS,
  B_TARGET_COUNT,
} from "../../../src/layout/block";
import { E_HELPERS, E_HOT, E_LINK_EPOCH } from "../../../src/layout/engine";
import { S_TLB, TLB_MODE_SIZE } from "../../../src/layout/tlb";
import { S_BLOCK, S_CODE_MASK, S_EXACT, S_FAULT, S_FUEL, S_ONE_INSN, S_PC, S_PENDING } from "../../../src/layout/vcpu";
import { engine, mmuIndex } from "../state";
import { atomic_access, atomic_fence } from "../softmmu/atomic";
import { slow_load, slow_load128, slow_store, slow_store128 } from "../softmmu/access";
import { lookup } from "../lookup/lookup";
import { aOf, bOf, dOf, x0Of, x1Of } from "../encoder/fields";
import {
  A32,
  A64,
  and32iConst32,
  B32,
  B64,
  D32,
  D64,
  ld,
  ld64Sum,
  ldw,
  mov64Const32,
  mov64ConstConst32,
  pcLd64,
  pcSt64,
  pcSt64Add,
  readHost,
  st,
  st64Sum,
  sub64Mov64Const32,
  sumSt64,
  sumSt64Mov64,
  writeHost,
  K64,
} from "./steps";
import { wasmOp, shuffle } from "./wasm-op";
import {
  UF_LINK,
  UF_LINK1,
  UF_WIDTH,
  UOP_SIZE,
  U_ADD32,
  U_ADD32I,
  U_ADD32I_CONST,
  U_ADD32I_CONST_CONST32,
  U_ADD64,
  U_ADD64I,
  U_ADD64I_CONST,
  U_ADD64I_CONST_CONST32,
  U_ADD64I__MOV64_CONST_CONST32,
  U_AND32,
  U_AND32I,
  U_AND32I_CONST32,
  U_AND32I_CONST32__BR_EQ32,
  U_AND32I_CONST32__BR_NE32,
  U_AND32I__AND32I,
  U_AND64,
  U_AND64I,
  U_AND64I_OR64,
  U_ATOMIC,
  U_BRANCH,
  U_BR_EQ32,
  U_BR_EQ64,
  U_BR_LES32,
  U_BR_LES64,
  U_BR_LEU32,
  U_BR_LEU64,
  U_BR_LTS32,
  U_BR_LTS64,
  U_BR_LTU32,
  U_BR_LTU64,
  U_BR_NE32,
  U_BR_NE64,
  U_BSWAP32,
  U_BSWAP64,
  U_CALL,
  U_CALLP,
  U_CALLV,
  U_CALLVI,
  U_CLZ32,
  U_CLZ64,
  U_CONST,
  U_CONST32,
  U_CONST_CONST,
  U_CONST_CONST32,
  U_CONST_CONST__CONST32,
  U_CTZ32,
  U_CTZ64,
  U_EQ32,
  U_EQ32I,
  U_EQ64,
  U_EQ64I,
  U_EXIT,
  U_EXT16S,
  U_EXT32S,
  U_EXT32U,
  U_EXT8S,
  U_FENCE,
  U_GOTO,
  U_JUMP,
  U_LD128,
  U_LD128A,
  U_LD16S,
  U_LD16U,
  U_LD32S,
  U_LD32U,
  U_LD64,
  U_LD64_SUM,
  U_LD64_SUM_JUMP,
  U_LD64_SUM__LD64_SUM,
  U_LD64_SUM__LD64_SUM_JUMP,
  U_LD64__LD64,
  U_LD64__MOV64_CONST32,
  U_LD64__ST64,
  U_LD8S,
  U_LD8U,
  U_LD8U__AND32I_CONST32,
  U_LDSLOW,
  U_LDW16,
  U_LDW32,
  U_LDW64,
  U_LDW8,
  U_LES32,
  U_LES32I,
  U_LES64,
  U_LES64I,
  U_LEU32,
  U_LEU32I,
  U_LEU64,
  U_LEU64I,
  U_LTS32,
  U_LTS32I,
  U_LTS64,
  U_LTS64I,
  U_LTU32,
  U_LTU32I,
  U_LTU64,
  U_LTU64I,
  U_MOV128,
  U_MOV32,
  U_MOV64,
  U_MOV64_CONST,
  U_MOV64_CONST32,
  U_MOV64_CONST32__BR_EQ32,
  U_MOV64_CONST32__BR_EQ64,
  U_MOV64_CONST32__BR_NE32,
  U_MOV64_CONST32__BR_NE64,
  U_MOV64_CONST_CONST32,
  U_MOV64_MOV64,
  U_MOV64_MOV64_CONST32,
  U_MOV64__ADD64I,
  U_MOV64__GOTO,
  U_MOV64__LD64,
  U_MOV64__LD64_SUM,
  U_MOV64__PC_ST64_ADD,
  U_MOV64__ST64_SUM,
  U_MOV64__SUM_ST64_MOV64,
  U_MUL32,
  U_MUL32I,
  U_MUL64,
  U_MUL64I,
  U_MULHS64,
  U_MULHS64I,
  U_MULHU64,
  U_MULHU64I,
  U_NE32,
  U_NE32I,
  U_NE64,
  U_NE64I,
  U_OR32,
  U_OR32I,
  U_OR64,
  U_OR64I,
  U_PC,
  U_PC_LD64,
  U_PC_ST64,
  U_PC_ST64_ADD,
  U_PC_ST64_ADD__GOTO,
  U_POPCNT32,
  U_POPCNT64,
  U_ROTL32,
  U_ROTL32I,
  U_ROTL64,
  U_ROTL64I,
  U_ROTR32,
  U_ROTR32I,
  U_ROTR64,
  U_ROTR64I,
  U_SELECT128,
  U_SELECT32,
  U_SELECT64,
  U_SHL32,
  U_SHL32I,
  U_SHL64,
  U_SHL64I,
  U_SHL64I_ADD64,
  U_SHRS32,
  U_SHRS32I,
  U_SHRS64,
  U_SHRS64I,
  U_SHRU32,
  U_SHRU32I,
  U_SHRU64,
  U_SHRU64I,
  U_SHUFFLE,
  U_ST128,
  U_ST128A,
  U_ST16,
  U_ST32,
  U_ST64,
  U_ST64_SUM,
  U_ST64__ST64,
  U_ST8,
  U_STSLOW,
  U_SUB32,
  U_SUB32I,
  U_SUB32_MOV64,
  U_SUB32_MOV64_CONST32,
  U_SUB64,
  U_SUB64I,
  U_SUB64_MOV64,
  U_SUB64_MOV64_CONST32,
  U_SUB64_MOV64_CONST32__BR_EQ64,
  U_SUB64_MOV64_CONST32__BR_NE64,
  U_SUM_ST64,
  U_SUM_ST64_MOV64,
  U_SUM_ST64_MOV64__GOTO,
  U_SUM_ST64_MOV64__SUM_ST64_MOV64,
  U_VCONST,
  U_W,
  U_XOR32,
  U_XOR32I,
  U_XOR64,
  U_XOR64I,
} from "../../../src/tier0/uops";

/** interpret() results. */
export const I_NEXT: i32 = 0;
export const I_FAULT: i32 = 1;
export const I_HOT: i32 = 2;

/** Gives back the instructions not executed and sets S_PC to the faulting one: it has the bits that addresses of code have. */
function fail(cpu: i32, block: i32, ip: i32): i32 {
  store<u64>(cpu + S_PC, (load<u64>(cpu + S_PC) + <u64>load<u16>(ip, 12)) & load<u64>(cpu + S_CODE_MASK));
  store<i32>(cpu + S_FUEL, load<i32>(cpu + S_FUEL) + load<i32>(block + B_INSNS) - <i32>load<u16>(ip, 14));
  return I_FAULT;
}

// @ts-ignore: decorator
@inline function width(pc: u64, flags: i32): u64 {
  return flags & UF_WIDTH ? pc & 0xffffffff : pc;
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

/** How a block ends: at the second target of a branch, at its first (or the only one), where slot a or slot d says. */
const NOT_TAKEN = 0;
const TAKEN = 1;
const JUMP = 2;
const RETURN = 3;

/** Sets the next program counter and gives the linked successor, or 0. */
// @ts-ignore: decorator
@inline function follow(cpu: i32, block: i32, ip: i32, end: i32): i32 {
  const flags = dOf(ip);
  let displacement: i32;
  let link: i32;
  let linkable: i32;
  if (end == TAKEN) {
    store<i32>(block + B_TAKEN, load<i32>(block + B_TAKEN) + 1);
    displacement = x0Of(ip);
    link = block + B_LINK0;
    linkable = UF_LINK;
  } else {
    displacement = x1Of(ip);
    link = block + B_LINK1;
    linkable = UF_LINK1;
  }
  store<u64>(cpu + S_PC, width(load<u64>(cpu + S_PC) + <i64>displacement, flags));
  if ((flags & linkable) != 0 && load<i32>(block + B_EPOCH) == engine(E_LINK_EPOCH)) {
    const next = load<i32>(link);
    if (next) return next;
  }
  return flags & linkable ? findLink(cpu, block, link) : unlinked(cpu);
}

/** Links a block to the one at S_PC if that is at hand. */
function findLink(cpu: i32, block: i32, link: i32): i32 {
  const epoch = engine(E_LINK_EPOCH);
  if (load<i32>(block + B_EPOCH) != epoch) {
    store<i32>(block + B_LINK0, 0);
    store<i32>(block + B_LINK1, 0);
    store<i32>(block + B_EPOCH, epoch);
  }
  const next = lookup(cpu);
  // What a page-crossing block continues with depends on the mapping of its second page.
  if (next && load<i32>(next + B_PAGE2) == -1) store<i32>(link, next);
  return next;
}

function unlinked(cpu: i32): i32 {
  return load<i32>(cpu + S_ONE_INSN) ? 0 : lookup(cpu);
}

function jump(cpu: i32, block: i32, pc: u64): i32 {
  store<u64>(cpu + S_PC, pc);
  if (load<u64>(block + B_TARGETS) != pc) noteTarget(block, pc);
  return unlinked(cpu);
}

export function interpret(cpu: i32, first: i32): i32 {
  let block = first;
  const mmu = mmuIndex(cpu);
  const hot = engine(E_HOT + (mmu << 2));
  const helpers = engine(E_HELPERS);
  const exact = load<i32>(cpu + S_EXACT);
  const tlb = cpu + S_TLB + mmu * TLB_MODE_SIZE;
  while (true) {
    // Entry of a block.
    const fuel = load<i32>(cpu + S_FUEL) - load<i32>(block + B_INSNS);
    const runs = load<i32>(block + B_COUNT) + 1;
    store<i32>(block + B_COUNT, runs);
    if (runs == hot) {
      store<i32>(cpu + S_BLOCK, block);
      return I_HOT;
    }
    store<i32>(cpu + S_FUEL, fuel);
    let ip = block + B_HEADER;
    let end = NOT_TAKEN;
    for (; ; ip += UOP_SIZE) {
      switch (<i32>load<u8>(ip)) {
        case U_MOV32:
          store<u32>(cpu + dOf(ip), A32(cpu, ip));
          continue;
        case U_MOV64:
          D64(cpu, ip, A64(cpu, ip));
          continue;
        case U_MOV128:
          v128.store(cpu + dOf(ip), v128.load(cpu + aOf(ip)));
          continue;
        case U_CONST:
          D64(cpu, ip, K64(ip));
          continue;
        case U_CONST32:
          store<u32>(cpu + dOf(ip), x0Of(ip));
          continue;
        case U_MOV64_CONST32:
          mov64Const32(cpu, ip);
          continue;
        case U_MOV64_MOV64:
          D64(cpu, ip, A64(cpu, ip));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
          continue;
        case U_MOV64_MOV64_CONST32:
          D64(cpu, ip, A64(cpu, ip));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
          store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
          continue;
        case U_CONST_CONST32:
          D64(cpu, ip, <u64>(<i64>x0Of(ip)));
          store<u32>(cpu + bOf(ip), load<u32>(ip, 12));
          continue;
        case U_MOV64_CONST:
          D64(cpu, ip, A64(cpu, ip));
          store<u64>(cpu + bOf(ip), K64(ip));
          continue;
        case U_MOV64_CONST_CONST32:
          mov64ConstConst32(cpu, ip);
          continue;
        case U_CONST_CONST:
          D64(cpu, ip, <u64>(<i64>x0Of(ip)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>x1Of(ip)));
          continue;
        case U_SUB32_MOV64:
          D32(cpu, ip, A32(cpu, ip) - B32(cpu, ip));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
          continue;
        case U_SUB64_MOV64:
          D64(cpu, ip, A64(cpu, ip) - B64(cpu, ip));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
          continue;
        case U_SUB32_MOV64_CONST32:
          D32(cpu, ip, A32(cpu, ip) - B32(cpu, ip));
          store<u64>(cpu + <i32>load<u16>(ip, 8), B64(cpu, ip));
          store<u32>(cpu + <i32>load<u16>(ip, 10), load<u32>(ip, 12));
          continue;
        case U_SUB64_MOV64_CONST32:
          sub64Mov64Const32(cpu, ip);
          continue;
        case U_ADD32I_CONST:
          D32(cpu, ip, A32(cpu, ip) + <u32>(<i32>load<i16>(ip, 8)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>load<i16>(ip, 12)));
          continue;
        case U_ADD64I_CONST:
          D64(cpu, ip, A64(cpu, ip) + <u64>(<i64>load<i16>(ip, 8)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>load<i16>(ip, 12)));
          continue;
        case U_ADD32I_CONST_CONST32:
          D32(cpu, ip, A32(cpu, ip) + <u32>(<i32>load<i16>(ip, 8)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>load<i16>(ip, 12)));
          store<u32>(cpu + <i32>load<u16>(ip, 10), <u32>load<u16>(ip, 14));
          continue;
        case U_ADD64I_CONST_CONST32:
          D64(cpu, ip, A64(cpu, ip) + <u64>(<i64>load<i16>(ip, 8)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>load<i16>(ip, 12)));
          store<u32>(cpu + <i32>load<u16>(ip, 10), <u32>load<u16>(ip, 14));
          continue;
        case U_AND32I_CONST32:
          and32iConst32(cpu, ip);
          continue;
        case U_AND64I_OR64: {
          const kept = A64(cpu, ip) & <u64>(<i64>x0Of(ip));
          store<u64>(cpu + x1Of(ip), kept);
          D64(cpu, ip, kept | B64(cpu, ip));
          continue;
        }
        case U_SHL64I_ADD64: {
          const scaled = A64(cpu, ip) << (<u64>load<u16>(ip, 8));
          store<u64>(cpu + <i32>load<u16>(ip, 10), scaled);
          D64(cpu, ip, scaled + B64(cpu, ip));
          continue;
        }
        case U_PC:
          D64(cpu, ip, load<u64>(cpu + S_PC) + <i64>x0Of(ip));
          continue;
        case U_VCONST:
          v128.store(cpu + dOf(ip), v128.load(ip, 16));
          ip += UOP_SIZE;
          continue;
        case U_EXT8S:
          D64(cpu, ip, <u64>(<i64>(<i8>A32(cpu, ip))));
          continue;
        case U_EXT16S:
          D64(cpu, ip, <u64>(<i64>(<i16>A32(cpu, ip))));
          continue;
        case U_EXT32S:
          D64(cpu, ip, <u64>(<i64>(<i32>A32(cpu, ip))));
          continue;
        case U_EXT32U:
          D64(cpu, ip, <u64>A32(cpu, ip));
          continue;
        case U_CLZ32:
          D32(cpu, ip, clz<u32>(A32(cpu, ip)));
          continue;
        case U_CLZ64:
          D64(cpu, ip, clz<u64>(A64(cpu, ip)));
          continue;
        case U_CTZ32:
          D32(cpu, ip, ctz<u32>(A32(cpu, ip)));
          continue;
        case U_CTZ64:
          D64(cpu, ip, ctz<u64>(A64(cpu, ip)));
          continue;
        case U_POPCNT32:
          D32(cpu, ip, popcnt<u32>(A32(cpu, ip)));
          continue;
        case U_POPCNT64:
          D64(cpu, ip, popcnt<u64>(A64(cpu, ip)));
          continue;
        case U_BSWAP32:
          D32(cpu, ip, bswap<u32>(A32(cpu, ip)));
          continue;
        case U_BSWAP64:
          D64(cpu, ip, bswap<u64>(A64(cpu, ip)));
          continue;
        case U_SELECT32:
          D32(cpu, ip, load<u32>(cpu + <i32>load<u16>(ip, 8)) ? A32(cpu, ip) : B32(cpu, ip));
          continue;
        case U_SELECT64:
          D64(cpu, ip, load<u32>(cpu + <i32>load<u16>(ip, 8)) ? A64(cpu, ip) : B64(cpu, ip));
          continue;
        case U_SELECT128: {
          const from = load<u32>(cpu + <i32>load<u16>(ip, 8)) ? aOf(ip) : bOf(ip);
          v128.store(cpu + dOf(ip), v128.load(cpu + from));
          continue;
        }

        case U_ADD32:
          D32(cpu, ip, A32(cpu, ip) + B32(cpu, ip));
          continue;
        case U_ADD32I:
          D32(cpu, ip, A32(cpu, ip) + <u32>x0Of(ip));
          continue;
        case U_ADD64:
          D64(cpu, ip, A64(cpu, ip) + B64(cpu, ip));
          continue;
        case U_ADD64I:
          D64(cpu, ip, A64(cpu, ip) + K64(ip));
          continue;
        case U_SUB32:
          D32(cpu, ip, A32(cpu, ip) - B32(cpu, ip));
          continue;
        case U_SUB32I:
          D32(cpu, ip, A32(cpu, ip) - <u32>x0Of(ip));
          continue;
        case U_SUB64:
          D64(cpu, ip, A64(cpu, ip) - B64(cpu, ip));
          continue;
        case U_SUB64I:
          D64(cpu, ip, A64(cpu, ip) - K64(ip));
          continue;
        case U_MUL32:
          D32(cpu, ip, A32(cpu, ip) * B32(cpu, ip));
          continue;
        case U_MUL32I:
          D32(cpu, ip, A32(cpu, ip) * <u32>x0Of(ip));
          continue;
        case U_MUL64:
          D64(cpu, ip, A64(cpu, ip) * B64(cpu, ip));
          continue;
        case U_MUL64I:
          D64(cpu, ip, A64(cpu, ip) * K64(ip));
          continue;
        case U_AND32:
          D32(cpu, ip, A32(cpu, ip) & B32(cpu, ip));
          continue;
        case U_AND32I:
          D32(cpu, ip, A32(cpu, ip) & <u32>x0Of(ip));
          continue;
        case U_AND64:
          D64(cpu, ip, A64(cpu, ip) & B64(cpu, ip));
          continue;
        case U_AND64I:
          D64(cpu, ip, A64(cpu, ip) & K64(ip));
          continue;
        case U_OR32:
          D32(cpu, ip, A32(cpu, ip) | B32(cpu, ip));
          continue;
        case U_OR32I:
          D32(cpu, ip, A32(cpu, ip) | <u32>x0Of(ip));
          continue;
        case U_OR64:
          D64(cpu, ip, A64(cpu, ip) | B64(cpu, ip));
          continue;
        case U_OR64I:
          D64(cpu, ip, A64(cpu, ip) | K64(ip));
          continue;
        case U_XOR32:
          D32(cpu, ip, A32(cpu, ip) ^ B32(cpu, ip));
          continue;
        case U_XOR32I:
          D32(cpu, ip, A32(cpu, ip) ^ <u32>x0Of(ip));
          continue;
        case U_XOR64:
          D64(cpu, ip, A64(cpu, ip) ^ B64(cpu, ip));
          continue;
        case U_XOR64I:
          D64(cpu, ip, A64(cpu, ip) ^ K64(ip));
          continue;
        case U_SHL32:
          D32(cpu, ip, A32(cpu, ip) << B32(cpu, ip));
          continue;
        case U_SHL32I:
          D32(cpu, ip, A32(cpu, ip) << (<u32>x0Of(ip)));
          continue;
        case U_SHL64:
          D64(cpu, ip, A64(cpu, ip) << B64(cpu, ip));
          continue;
        case U_SHL64I:
          D64(cpu, ip, A64(cpu, ip) << K64(ip));
          continue;
        case U_SHRU32:
          D32(cpu, ip, A32(cpu, ip) >> B32(cpu, ip));
          continue;
        case U_SHRU32I:
          D32(cpu, ip, A32(cpu, ip) >> <u32>x0Of(ip));
          continue;
        case U_SHRU64:
          D64(cpu, ip, A64(cpu, ip) >> B64(cpu, ip));
          continue;
        case U_SHRU64I:
          D64(cpu, ip, A64(cpu, ip) >> K64(ip));
          continue;
        case U_SHRS32:
          D32(cpu, ip, <u32>(<i32>A32(cpu, ip) >> <i32>B32(cpu, ip)));
          continue;
        case U_SHRS32I:
          D32(cpu, ip, <u32>(<i32>A32(cpu, ip) >> x0Of(ip)));
          continue;
        case U_SHRS64:
          D64(cpu, ip, <u64>(<i64>A64(cpu, ip) >> <i64>B64(cpu, ip)));
          continue;
        case U_SHRS64I:
          D64(cpu, ip, <u64>(<i64>A64(cpu, ip) >> <i64>K64(ip)));
          continue;
        case U_ROTL32:
          D32(cpu, ip, rotl<u32>(A32(cpu, ip), B32(cpu, ip)));
          continue;
        case U_ROTL32I:
          D32(cpu, ip, rotl<u32>(A32(cpu, ip), <u32>x0Of(ip)));
          continue;
        case U_ROTL64:
          D64(cpu, ip, rotl<u64>(A64(cpu, ip), B64(cpu, ip)));
          continue;
        case U_ROTL64I:
          D64(cpu, ip, rotl<u64>(A64(cpu, ip), K64(ip)));
          continue;
        case U_ROTR32:
          D32(cpu, ip, rotr<u32>(A32(cpu, ip), B32(cpu, ip)));
          continue;
        case U_ROTR32I:
          D32(cpu, ip, rotr<u32>(A32(cpu, ip), <u32>x0Of(ip)));
          continue;
        case U_ROTR64:
          D64(cpu, ip, rotr<u64>(A64(cpu, ip), B64(cpu, ip)));
          continue;
        case U_ROTR64I:
          D64(cpu, ip, rotr<u64>(A64(cpu, ip), K64(ip)));
          continue;
        case U_MULHU64:
          D64(cpu, ip, mulhu(A64(cpu, ip), B64(cpu, ip)));
          continue;
        case U_MULHU64I:
          D64(cpu, ip, mulhu(A64(cpu, ip), K64(ip)));
          continue;
        case U_MULHS64:
          D64(cpu, ip, mulhs(A64(cpu, ip), B64(cpu, ip)));
          continue;
        case U_MULHS64I:
          D64(cpu, ip, mulhs(A64(cpu, ip), K64(ip)));
          continue;
        case U_EQ32:
          D64(cpu, ip, u64(A32(cpu, ip) == B32(cpu, ip)));
          continue;
        case U_EQ32I:
          D64(cpu, ip, u64(A32(cpu, ip) == <u32>x0Of(ip)));
          continue;
        case U_EQ64:
          D64(cpu, ip, u64(A64(cpu, ip) == B64(cpu, ip)));
          continue;
        case U_EQ64I:
          D64(cpu, ip, u64(A64(cpu, ip) == K64(ip)));
          continue;
        case U_NE32:
          D64(cpu, ip, u64(A32(cpu, ip) != B32(cpu, ip)));
          continue;
        case U_NE32I:
          D64(cpu, ip, u64(A32(cpu, ip) != <u32>x0Of(ip)));
          continue;
        case U_NE64:
          D64(cpu, ip, u64(A64(cpu, ip) != B64(cpu, ip)));
          continue;
        case U_NE64I:
          D64(cpu, ip, u64(A64(cpu, ip) != K64(ip)));
          continue;
        case U_LTU32:
          D64(cpu, ip, u64(A32(cpu, ip) < B32(cpu, ip)));
          continue;
        case U_LTU32I:
          D64(cpu, ip, u64(A32(cpu, ip) < <u32>x0Of(ip)));
          continue;
        case U_LTU64:
          D64(cpu, ip, u64(A64(cpu, ip) < B64(cpu, ip)));
          continue;
        case U_LTU64I:
          D64(cpu, ip, u64(A64(cpu, ip) < K64(ip)));
          continue;
        case U_LTS32:
          D64(cpu, ip, u64(<i32>A32(cpu, ip) < <i32>B32(cpu, ip)));
          continue;
        case U_LTS32I:
          D64(cpu, ip, u64(<i32>A32(cpu, ip) < x0Of(ip)));
          continue;
        case U_LTS64:
          D64(cpu, ip, u64(<i64>A64(cpu, ip) < <i64>B64(cpu, ip)));
          continue;
        case U_LTS64I:
          D64(cpu, ip, u64(<i64>A64(cpu, ip) < <i64>K64(ip)));
          continue;
        case U_LEU32:
          D64(cpu, ip, u64(A32(cpu, ip) <= B32(cpu, ip)));
          continue;
        case U_LEU32I:
          D64(cpu, ip, u64(A32(cpu, ip) <= <u32>x0Of(ip)));
          continue;
        case U_LEU64:
          D64(cpu, ip, u64(A64(cpu, ip) <= B64(cpu, ip)));
          continue;
        case U_LEU64I:
          D64(cpu, ip, u64(A64(cpu, ip) <= K64(ip)));
          continue;
        case U_LES32:
          D64(cpu, ip, u64(<i32>A32(cpu, ip) <= <i32>B32(cpu, ip)));
          continue;
        case U_LES32I:
          D64(cpu, ip, u64(<i32>A32(cpu, ip) <= x0Of(ip)));
          continue;
        case U_LES64:
          D64(cpu, ip, u64(<i64>A64(cpu, ip) <= <i64>B64(cpu, ip)));
          continue;
        case U_LES64I:
          D64(cpu, ip, u64(<i64>A64(cpu, ip) <= <i64>K64(ip)));
          continue;

        case U_LD8U:
          if (!ld<u8>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD8S:
          if (!ld<i8>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD16U:
          if (!ld<u16>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD16S:
          if (!ld<i16>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD32U:
          if (!ld<u32>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD32S:
          if (!ld<i32>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD64:
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD64_SUM:
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_PC_LD64:
          if (!pcLd64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD128: {
          const va = A64(cpu, ip) + <i64>x0Of(ip);
          const host = readHost(tlb, va, 16);
          const d = cpu + dOf(ip);
          if (host) {
            v128.store(d, v128.load(host));
            continue;
          }
          const value = slow_load128(cpu, va, 4, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(d, value);
          continue;
        }
        case U_LD128A: {
          const va = A64(cpu, ip) + <i64>x0Of(ip);
          const host = va & 15 ? 0 : readHost(tlb, va, 16);
          const d = cpu + dOf(ip);
          if (host) {
            v128.store(d, v128.load(host));
            continue;
          }
          const value = slow_load128(cpu, va, 4 | MEM_ALIGN, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(d, value);
          continue;
        }
        case U_LDW8:
          if (!ldw<u8>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LDW16:
          if (!ldw<u16>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LDW32:
          if (!ldw<u32>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LDW64:
          if (!ldw<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LDSLOW: {
          const va = A64(cpu, ip) + <i64>x0Of(ip);
          const value = slow_load(cpu, va, bOf(ip), mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, ip, value);
          continue;
        }
        case U_ST8:
          if (!st<u8>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST16:
          if (!st<u16>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST32:
          if (!st<u32>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST64:
          if (!st<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST64_SUM:
          if (!st64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_SUM_ST64:
          if (!sumSt64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_SUM_ST64_MOV64:
          if (!sumSt64Mov64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_PC_ST64:
          if (!pcSt64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_PC_ST64_ADD:
          if (!pcSt64Add(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST128:
        case U_ST128A: {
          const va = A64(cpu, ip) + <i64>x0Of(ip);
          const aligned = load<u8>(ip) == U_ST128A;
          const host = aligned && va & 15 ? 0 : writeHost(tlb, va, 16);
          const value = v128.load(cpu + bOf(ip));
          if (host) {
            v128.store(host, value);
            continue;
          }
          slow_store128(cpu, va, value, aligned ? 4 | MEM_ALIGN : 4, mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          continue;
        }
        case U_STSLOW: {
          const va = A64(cpu, ip) + <i64>x0Of(ip);
          slow_store(cpu, va, B64(cpu, ip), dOf(ip), mmuIndex(cpu));
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          continue;
        }

        case U_ATOMIC: {
          const value = atomic_access(
            cpu,
            A64(cpu, ip),
            <i32>load<u16>(ip, 10),
            B64(cpu, ip),
            load<u64>(cpu + <i32>load<u16>(ip, 8)),
            mmuIndex(cpu),
          );
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, ip, value);
          continue;
        }
        case U_FENCE:
          atomic_fence();
          continue;
        case U_CALL: {
          store<i32>(cpu + S_PENDING, load<i32>(block + B_INSNS) - <i32>load<u16>(ip, 14));
          const value = call_indirect<u64>(
            helpers + <i32>load<u16>(ip, 10),
            cpu,
            A64(cpu, ip),
            B64(cpu, ip),
            load<u64>(cpu + <i32>load<u16>(ip, 8)),
          );
          store<i32>(cpu + S_PENDING, 0);
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, ip, value);
          continue;
        }
        case U_CALLP:
          D64(
            cpu,
            ip,
            call_indirect<u64>(
              helpers + <i32>load<u16>(ip, 10),
              cpu,
              A64(cpu, ip),
              B64(cpu, ip),
              load<u64>(cpu + <i32>load<u16>(ip, 8)),
            ),
          );
          continue;
        case U_CALLV: {
          const value = call_indirect<v128>(
            helpers + <i32>load<u16>(ip, 10),
            cpu,
            v128.load(cpu + aOf(ip)),
            v128.load(cpu + bOf(ip)),
            load<u64>(cpu + <i32>load<u16>(ip, 8)),
          );
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          v128.store(cpu + dOf(ip), value);
          continue;
        }
        case U_CALLVI: {
          const value = call_indirect<u64>(
            helpers + <i32>load<u16>(ip, 10),
            cpu,
            v128.load(cpu + aOf(ip)),
            v128.load(cpu + bOf(ip)),
            load<u64>(cpu + <i32>load<u16>(ip, 8)),
          );
          if (load<i32>(cpu + S_FAULT)) return fail(cpu, block, ip);
          D64(cpu, ip, value);
          continue;
        }
        case U_W:
          wasmOp(cpu, x0Of(ip), dOf(ip), aOf(ip), bOf(ip), x1Of(ip));
          continue;
        case U_SHUFFLE:
          shuffle(cpu + dOf(ip), cpu + aOf(ip), cpu + bOf(ip), ip + 16);
          ip += UOP_SIZE;
          continue;

        case U_LD64_SUM__LD64_SUM:
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_MOV64__LD64_SUM:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD64__LD64:
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_MOV64__LD64:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ST64__ST64:
          if (!st<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!st<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_LD64__ST64:
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!st<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_SUM_ST64_MOV64__SUM_ST64_MOV64:
          if (!sumSt64Mov64(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!sumSt64Mov64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_MOV64__SUM_ST64_MOV64:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          if (!sumSt64Mov64(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_MOV64__ST64_SUM:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          if (!st64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_MOV64__PC_ST64_ADD:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          if (!pcSt64Add(cpu, tlb, ip)) return fail(cpu, block, ip);
          continue;
        case U_ADD64I__MOV64_CONST_CONST32:
          D64(cpu, ip, A64(cpu, ip) + K64(ip));
          ip += UOP_SIZE;
          mov64ConstConst32(cpu, ip);
          continue;
        case U_MOV64__ADD64I:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          D64(cpu, ip, A64(cpu, ip) + K64(ip));
          continue;
        case U_CONST_CONST__CONST32:
          D64(cpu, ip, <u64>(<i64>x0Of(ip)));
          store<u64>(cpu + bOf(ip), <u64>(<i64>x1Of(ip)));
          ip += UOP_SIZE;
          store<u32>(cpu + dOf(ip), x0Of(ip));
          continue;
        case U_LD64__MOV64_CONST32:
          if (!ld<u64>(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          mov64Const32(cpu, ip);
          continue;
        case U_AND32I__AND32I:
          D32(cpu, ip, A32(cpu, ip) & <u32>x0Of(ip));
          ip += UOP_SIZE;
          D32(cpu, ip, A32(cpu, ip) & <u32>x0Of(ip));
          continue;
        case U_LD8U__AND32I_CONST32:
          if (!ld<u8>(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          and32iConst32(cpu, ip);
          continue;

        case U_LD64_SUM__LD64_SUM_JUMP:
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          end = RETURN;
          break;
        case U_PC_ST64_ADD__GOTO:
          if (!pcSt64Add(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          end = TAKEN;
          break;
        case U_SUM_ST64_MOV64__GOTO:
          if (!sumSt64Mov64(cpu, tlb, ip)) return fail(cpu, block, ip);
          ip += UOP_SIZE;
          end = TAKEN;
          break;
        case U_MOV64__GOTO:
          D64(cpu, ip, A64(cpu, ip));
          ip += UOP_SIZE;
          end = TAKEN;
          break;
        case U_MOV64_CONST32__BR_EQ32:
          mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A32(cpu, ip) == B32(cpu, ip));
          break;
        case U_MOV64_CONST32__BR_EQ64:
          mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A64(cpu, ip) == B64(cpu, ip));
          break;
        case U_MOV64_CONST32__BR_NE32:
          mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A32(cpu, ip) != B32(cpu, ip));
          break;
        case U_MOV64_CONST32__BR_NE64:
          mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A64(cpu, ip) != B64(cpu, ip));
          break;
        case U_AND32I_CONST32__BR_EQ32:
          and32iConst32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A32(cpu, ip) == B32(cpu, ip));
          break;
        case U_AND32I_CONST32__BR_NE32:
          and32iConst32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A32(cpu, ip) != B32(cpu, ip));
          break;
        case U_SUB64_MOV64_CONST32__BR_EQ64:
          sub64Mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A64(cpu, ip) == B64(cpu, ip));
          break;
        case U_SUB64_MOV64_CONST32__BR_NE64:
          sub64Mov64Const32(cpu, ip);
          ip += UOP_SIZE;
          end = i32(A64(cpu, ip) != B64(cpu, ip));
          break;
        case U_LD64_SUM_JUMP:
          if (!ld64Sum(cpu, tlb, ip)) return fail(cpu, block, ip);
          end = RETURN;
          break;
        case U_GOTO:
          end = TAKEN;
          break;
        case U_BRANCH:
          end = i32(A32(cpu, ip) != 0);
          break;
        case U_BR_EQ32:
          end = i32(A32(cpu, ip) == B32(cpu, ip));
          break;
        case U_BR_EQ64:
          end = i32(A64(cpu, ip) == B64(cpu, ip));
          break;
        case U_BR_NE32:
          end = i32(A32(cpu, ip) != B32(cpu, ip));
          break;
        case U_BR_NE64:
          end = i32(A64(cpu, ip) != B64(cpu, ip));
          break;
        case U_BR_LTU32:
          end = i32(A32(cpu, ip) < B32(cpu, ip));
          break;
        case U_BR_LTU64:
          end = i32(A64(cpu, ip) < B64(cpu, ip));
          break;
        case U_BR_LTS32:
          end = i32(<i32>A32(cpu, ip) < <i32>B32(cpu, ip));
          break;
        case U_BR_LTS64:
          end = i32(<i64>A64(cpu, ip) < <i64>B64(cpu, ip));
          break;
        case U_BR_LEU32:
          end = i32(A32(cpu, ip) <= B32(cpu, ip));
          break;
        case U_BR_LEU64:
          end = i32(A64(cpu, ip) <= B64(cpu, ip));
          break;
        case U_BR_LES32:
          end = i32(<i32>A32(cpu, ip) <= <i32>B32(cpu, ip));
          break;
        case U_BR_LES64:
          end = i32(<i64>A64(cpu, ip) <= <i64>B64(cpu, ip));
          break;
        case U_JUMP:
          end = JUMP;
          break;
        case U_EXIT:
          return I_NEXT;
        default:
          unreachable();
      }
      break;
    }
    const next =
      end < JUMP ? follow(cpu, block, ip, end) : jump(cpu, block, load<u64>(cpu + (end == JUMP ? aOf(ip) : dOf(ip))));
    if (next == 0) return I_NEXT;
    block = next;
    const needed = exact ? load<i32>(block + B_INSNS) : 1;
    if (needed > load<i32>(cpu + S_FUEL) || load<i32>(block + B_REGION)) return I_NEXT;
  }
}

function mulhu(a: u64, b: u64): u64 {
  const al = a & 0xffffffff,
    ah = a >> 32,
    bl = b & 0xffffffff,
    bh = b >> 32;
  const ll = al * bl,
    lh = al * bh,
    hl = ah * bl;
  const mid = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  return ah * bh + (lh >> 32) + (hl >> 32) + (mid >> 32);
}

function mulhs(a: u64, b: u64): u64 {
  let r = mulhu(a, b);
  if (<i64>a < 0) r -= b;
  if (<i64>b < 0) r -= a;
  return r;
}
