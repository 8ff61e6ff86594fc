// Frequent pairs of micro-ops that fuse.ts cannot join are executed in one step: the first micro-op of the pair gets a number that stands
// for both. Record: tier0-pairs.

import {
  UOP_SIZE,
  U_ADD64I,
  U_ADD64I__MOV64_CONST_CONST32,
  U_AND32I,
  U_AND32I_CONST32,
  U_AND32I_CONST32__BR_EQ32,
  U_AND32I_CONST32__BR_NE32,
  U_AND32I__AND32I,
  U_BR_EQ32,
  U_BR_EQ64,
  U_BR_NE32,
  U_BR_NE64,
  U_CONST32,
  U_CONST_CONST,
  U_CONST_CONST__CONST32,
  U_GOTO,
  U_LD64,
  U_LD64_SUM,
  U_LD64_SUM_JUMP,
  U_LD64_SUM__LD64_SUM,
  U_LD64_SUM__LD64_SUM_JUMP,
  U_LD64__LD64,
  U_LD64__MOV64_CONST32,
  U_LD64__ST64,
  U_LD8U,
  U_LD8U__AND32I_CONST32,
  U_MOV64,
  U_MOV64_CONST32,
  U_MOV64_CONST32__BR_EQ32,
  U_MOV64_CONST32__BR_EQ64,
  U_MOV64_CONST32__BR_NE32,
  U_MOV64_CONST32__BR_NE64,
  U_MOV64_CONST_CONST32,
  U_MOV64__ADD64I,
  U_MOV64__GOTO,
  U_MOV64__LD64,
  U_MOV64__LD64_SUM,
  U_MOV64__PC_ST64_ADD,
  U_MOV64__ST64_SUM,
  U_MOV64__SUM_ST64_MOV64,
  U_PC_ST64_ADD,
  U_PC_ST64_ADD__GOTO,
  U_SHUFFLE,
  U_ST64,
  U_ST64_SUM,
  U_ST64__ST64,
  U_SUB64_MOV64_CONST32,
  U_SUB64_MOV64_CONST32__BR_EQ64,
  U_SUB64_MOV64_CONST32__BR_NE64,
  U_SUM_ST64_MOV64,
  U_SUM_ST64_MOV64__GOTO,
  U_SUM_ST64_MOV64__SUM_ST64_MOV64,
  U_VCONST,
} from "../../../src/tier0/uops";
import { codeOf } from "./fields";

/** Pairs the micro-ops of a block, from the first on. */
export function pairUp(from: usize, to: usize): void {
  for (let p = from; p + UOP_SIZE < to; p += UOP_SIZE) {
    const code = codeOf(p);
    // What follows these is data.
    if (code !== U_VCONST && code !== U_SHUFFLE) {
      const both = pairOf(code, codeOf(p + UOP_SIZE));
      if (both === 0) continue;
      store<u16>(p, both);
    }
    p += UOP_SIZE;
  }
}

/** The number that stands for both, 0: none. */
function pairOf(first: i32, second: i32): i32 {
  switch (first) {
    case U_LD64_SUM:
      switch (second) {
        case U_LD64_SUM:
          return U_LD64_SUM__LD64_SUM;
        case U_LD64_SUM_JUMP:
          return U_LD64_SUM__LD64_SUM_JUMP;
      }
      return 0;
    case U_MOV64:
      switch (second) {
        case U_LD64_SUM:
          return U_MOV64__LD64_SUM;
        case U_LD64:
          return U_MOV64__LD64;
        case U_SUM_ST64_MOV64:
          return U_MOV64__SUM_ST64_MOV64;
        case U_ST64_SUM:
          return U_MOV64__ST64_SUM;
        case U_PC_ST64_ADD:
          return U_MOV64__PC_ST64_ADD;
        case U_GOTO:
          return U_MOV64__GOTO;
        case U_ADD64I:
          return U_MOV64__ADD64I;
      }
      return 0;
    case U_LD64:
      switch (second) {
        case U_LD64:
          return U_LD64__LD64;
        case U_ST64:
          return U_LD64__ST64;
        case U_MOV64_CONST32:
          return U_LD64__MOV64_CONST32;
      }
      return 0;
    case U_ST64:
      return second === U_ST64 ? U_ST64__ST64 : 0;
    case U_SUM_ST64_MOV64:
      switch (second) {
        case U_SUM_ST64_MOV64:
          return U_SUM_ST64_MOV64__SUM_ST64_MOV64;
        case U_GOTO:
          return U_SUM_ST64_MOV64__GOTO;
      }
      return 0;
    case U_PC_ST64_ADD:
      return second === U_GOTO ? U_PC_ST64_ADD__GOTO : 0;
    case U_MOV64_CONST32:
      switch (second) {
        case U_BR_EQ32:
          return U_MOV64_CONST32__BR_EQ32;
        case U_BR_EQ64:
          return U_MOV64_CONST32__BR_EQ64;
        case U_BR_NE32:
          return U_MOV64_CONST32__BR_NE32;
        case U_BR_NE64:
          return U_MOV64_CONST32__BR_NE64;
      }
      return 0;
    case U_AND32I_CONST32:
      switch (second) {
        case U_BR_EQ32:
          return U_AND32I_CONST32__BR_EQ32;
        case U_BR_NE32:
          return U_AND32I_CONST32__BR_NE32;
      }
      return 0;
    case U_SUB64_MOV64_CONST32:
      switch (second) {
        case U_BR_EQ64:
          return U_SUB64_MOV64_CONST32__BR_EQ64;
        case U_BR_NE64:
          return U_SUB64_MOV64_CONST32__BR_NE64;
      }
      return 0;
    case U_ADD64I:
      return second === U_MOV64_CONST_CONST32 ? U_ADD64I__MOV64_CONST_CONST32 : 0;
    case U_CONST_CONST:
      return second === U_CONST32 ? U_CONST_CONST__CONST32 : 0;
    case U_AND32I:
      return second === U_AND32I ? U_AND32I__AND32I : 0;
    case U_LD8U:
      return second === U_AND32I_CONST32 ? U_LD8U__AND32I_CONST32 : 0;
  }
  return 0;
}
