// NVM Express base specification 1.4: registers (section 3.1), commands (sections 5 and 6), status (section 4.6.1).

export const CAP = 0x00;
export const VS = 0x08;
export const INTMS = 0x0c;
export const INTMC = 0x10;
export const CC = 0x14;
export const CSTS = 0x1c;
export const AQA = 0x24;
export const ASQ = 0x28;
export const ACQ = 0x30;
export const DOORBELLS = 0x1000;

export const VERSION = 0x00010400;
export const CC_EN = 1;
export const CSTS_RDY = 1;
export const CSTS_CFS = 2;
export const SHUTDOWN_UNDER_WAY = 1 << 2;
export const SHUTDOWN_DONE = 2 << 2;
export const SHUTDOWN = 3 << 2;

/** Admin commands. */
export const DELETE_SQ = 0x00;
export const CREATE_SQ = 0x01;
export const GET_LOG = 0x02;
export const DELETE_CQ = 0x04;
export const CREATE_CQ = 0x05;
export const IDENTIFY = 0x06;
export const ABORT = 0x08;
export const SET_FEATURES = 0x09;
export const GET_FEATURES = 0x0a;
export const ASYNC_EVENT = 0x0c;

/** Commands of the disk. */
export const FLUSH = 0x00;
export const WRITE = 0x01;
export const READ = 0x02;
export const WRITE_ZEROES = 0x08;
export const DATASET = 0x09;

export const FUA = 1 << 30;
/** Write zeroes: the sectors may be let go of. */
export const DEALLOCATE = 1 << 25;
/** Dataset management: the ranges are let go of. */
export const DATASET_DEALLOCATE = 4;

export const FEATURE_CACHE = 0x06;
export const FEATURE_QUEUES = 0x07;

/** Status: code, with its type above, and "do not retry". */
const DNR = 0x4000;
export const S_OK = 0;
export const S_INVALID_OPCODE = 0x01 | DNR;
export const S_INVALID_FIELD = 0x02 | DNR;
export const S_TRANSFER = 0x04;
export const S_ABORTED = 0x07;
export const S_INVALID_NAMESPACE = 0x0b | DNR;
export const S_INVALID_PRP = 0x13 | DNR;
export const S_RANGE = 0x80 | DNR;
export const S_INVALID_CQ = 0x100 | DNR;
export const S_INVALID_QUEUE = 0x101 | DNR;
export const S_INVALID_SIZE = 0x102 | DNR;
export const S_ABORT_LIMIT = 0x103;
export const S_EVENT_LIMIT = 0x105 | DNR;
export const S_INVALID_VECTOR = 0x108 | DNR;
export const S_INVALID_LOG = 0x109 | DNR;
export const S_INVALID_DELETION = 0x10c | DNR;
export const S_WRITE_FAULT = 0x280;
export const S_READ_FAULT = 0x281;

export const SECTOR = 512;
/** Queues besides the admin ones. */
export const QUEUES = 16;
export const MOST_ENTRIES = 1024;
/** Of a command's data: 2^7 pages of 4 KiB. */
export const MDTS = 7;
export const EVENTS = 4;
export const COMMAND_SIZE = 64;
export const COMPLETION_SIZE = 16;

/** A register of 64 bits with one half written. */
export function half(old: number, value: number, high: boolean): number {
  return high ? value * 2 ** 32 + (old % 2 ** 32) : Math.floor(old / 2 ** 32) * 2 ** 32 + (value >>> 0);
}
