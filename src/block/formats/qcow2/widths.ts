// Refcounts of 2^order bits in a block of them. Those of less than a byte fill it from its lowest bits on.

import { BlockError } from "../../interfaces.js";
import { setU64be, u64be } from "../bytes.js";

export interface Width {
  readonly most: number;
  get(view: DataView, index: number): number;
  set(view: DataView, index: number, value: number): void;
}

export function width(order: number): Width {
  switch (order) {
    case 0:
    case 1:
    case 2:
      return packed(2 ** order);
    case 3:
      return {
        most: 0xff,
        get: (view, index) => view.getUint8(index),
        set: (view, index, value) => view.setUint8(index, value),
      };
    case 4:
      return {
        most: 0xffff,
        get: (view, index) => view.getUint16(index * 2),
        set: (view, index, value) => view.setUint16(index * 2, value),
      };
    case 5:
      return {
        most: 0xffffffff,
        get: (view, index) => view.getUint32(index * 4),
        set: (view, index, value) => view.setUint32(index * 4, value),
      };
    default:
      return {
        most: Number.MAX_SAFE_INTEGER,
        get(view, index) {
          const value = u64be(view, index * 8);
          if (!Number.isSafeInteger(value)) throw new BlockError(`a cluster has a refcount of 0x${value.toString(16)}`);
          return value;
        },
        set: (view, index, value) => setU64be(view, index * 8, value),
      };
  }
}

function packed(bits: number): Width {
  const most = 2 ** bits - 1;
  const inByte = 8 / bits;
  return {
    most,
    get: (view, index) => (view.getUint8(Math.floor(index / inByte)) >> ((index % inByte) * bits)) & most,
    set(view, index, value) {
      const at = Math.floor(index / inByte);
      const shift = (index % inByte) * bits;
      view.setUint8(at, (view.getUint8(at) & ~(most << shift)) | (value << shift));
    },
  };
}
