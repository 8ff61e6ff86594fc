// What -device loader puts into memory after everything else, at every reset; and where the CPU begins, if it says so.

import { isElf, parseElf } from "../../boot/elf.js";
import { S_PC } from "../../layout/layout.js";
import type { EngineCpu } from "../../machine/cpu.js";
import type { EngineGuestMemory } from "../../machine/guest-memory.js";
import { MachineError, type MachineHost } from "../../machine/host.js";
import type { LoadConfig } from "../../options/config.js";

/** Bytes for a place. */
interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface Load {
  readonly pieces: readonly Piece[];
  readonly start: number | undefined;
}

/** Reads the files. Rejects with MachineError for one that cannot be had. */
export async function prepareLoads(configs: readonly LoadConfig[], host: MachineHost): Promise<Load[]> {
  return Promise.all(configs.map((config) => prepare(config, host)));
}

async function prepare(config: LoadConfig, host: MachineHost): Promise<Load> {
  const { file, data, address = 0, start } = config;
  if (file !== undefined) {
    const bytes = await host.readFile(file);
    if (!bytes) throw new MachineError(`-device loader: could not open '${file}'`, { code: "ERR_FILE" });
    const { pieces, entry } = config.raw || !isElf(bytes) ? flat(address, bytes) : segments(file, bytes);
    return { pieces, start: start ? entry : undefined };
  }
  const bytes = data === undefined ? [] : [{ address, bytes: dataBytes(config) }];
  return { pieces: bytes, start: start ? address : undefined };
}

function flat(address: number, bytes: Uint8Array): { pieces: Piece[]; entry: number } {
  return { pieces: [{ address, bytes }], entry: address };
}

function segments(file: string, bytes: Uint8Array): { pieces: Piece[]; entry: number } {
  try {
    const elf = parseElf(bytes);
    const pieces = elf.segments.map(({ offset, fileSize, address, size }) => {
      const piece = new Uint8Array(size);
      piece.set(bytes.subarray(offset, offset + fileSize));
      return { address, bytes: piece };
    });
    return { pieces, entry: elf.entry };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MachineError(`-device loader: ${file} ${error.message} (force-raw=on loads it as it is)`, {
      cause: error,
    });
  }
}

function dataBytes({ data, length = 8, bigEndian }: LoadConfig): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let n = 0; n < length; n++) bytes[n] = Number(BigInt.asUintN(8, BigInt(data!) >> BigInt(8 * n)));
  return bigEndian ? bytes.reverse() : bytes;
}

/** Throws MachineError where there is no memory. */
export function applyLoads(loads: readonly Load[], memory: EngineGuestMemory, { engine, vcpu }: EngineCpu): void {
  for (const { pieces, start } of loads) {
    for (const { address, bytes } of pieces) {
      if (!memory.write(address, bytes)) {
        const where = `0x${address.toString(16)}`;
        throw new MachineError(`-device loader: ${bytes.length} bytes do not fit into RAM at ${where}`);
      }
    }
    if (start === undefined) continue;
    vcpu.set64(S_PC, BigInt(start));
    engine.update(vcpu);
  }
}
