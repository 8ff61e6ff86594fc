// A disk as a file of some format, from its first byte to its last.

import { isZero } from "../formats/bytes.js";
import { streamQcow2 } from "../formats/qcow2/stream.js";
import { BlockError } from "../interfaces.js";
import { type Moment, UNIT } from "./moment.js";

export type ExportFormat = "raw" | "qcow2";
type Pieces = AsyncGenerator<Uint8Array, void, void>;

const WRITERS: Readonly<Record<ExportFormat, (moment: Moment) => Pieces>> = { raw, qcow2 };
/** Bytes of a piece: few are many messages. */
const PIECE = 1 << 20;
/** Units that are read at once. */
const AHEAD = 16;

/** Closes the moment at its end. */
export async function* exportDisk(moment: Moment, format: ExportFormat): Pieces {
  try {
    if (!Object.hasOwn(WRITERS, format)) {
      throw new BlockError(`a disk is exported as ${Object.keys(WRITERS).join(" or ")}, not as '${format}'`);
    }
    yield* gathered(WRITERS[format](moment));
  } finally {
    moment.close();
  }
}

async function* gathered(pieces: Pieces): Pieces {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < PIECE) continue;
    yield joined(waiting, length);
    [waiting, length] = [[], 0];
  }
  if (length > 0) yield joined(waiting, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Some are read at once: each read may have to wait for the guest's turn to end. */
async function* units(moment: Moment, numbers: Iterable<number>, last = true): Pieces {
  const reading: { unit: number; bytes: Promise<Uint8Array> }[] = [];
  const next = async ({ unit, bytes }: (typeof reading)[number]): Promise<Uint8Array> => {
    const read = await bytes;
    if (last) moment.forget(unit + 1);
    return read;
  };
  for (const unit of numbers) {
    const bytes = moment.read(unit);
    // Those before it are waited for first.
    bytes.catch(() => {});
    reading.push({ unit, bytes });
    if (reading.length === AHEAD) yield next(reading.shift()!);
  }
  for (const one of reading) yield next(one);
}

function raw(moment: Moment): Pieces {
  return units(moment, Array(moment.units).keys());
}

/** Its tables are in front: what is zeros has to be known before the first byte. */
async function* qcow2(moment: Moment): Pieces {
  const data: number[] = [];
  let unit = 0;
  for await (const bytes of units(moment, Array(moment.units).keys(), false)) {
    if (!isZero(bytes)) data.push(unit);
    unit++;
  }
  yield* streamQcow2(moment.size, Math.log2(UNIT), data, units(moment, data));
}
