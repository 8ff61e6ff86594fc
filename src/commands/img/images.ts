// Opens images for the commands: locked, as a machine's are.

import { closeSync, openSync } from "node:fs";
import { oneLine } from "../../base/printable.js";
import type { FormatImage } from "../../block/formats/format.js";
import { FORMAT_NAMES, openFormat } from "../../block/formats/open.js";
import type { Qcow2Image } from "../../block/formats/qcow2/image.js";
import { type BlockBackend, BlockError } from "../../block/interfaces.js";
import { BlockFile } from "../../node/block-file.js";
import { nodeCodec } from "../../node/codec.js";
import { isUrl, openHttpImage } from "../../node/http-image.js";
import { lockImage } from "../../node/image-lock.js";
import { CommandError } from "../command.js";

export const warn = (message: string): void => console.error(`wasmachine: warning: ${oneLine(message)}`);

export function openFile(file: string, readOnly: boolean, locking = true): BlockFile {
  return BlockFile.open(file, {
    readOnly,
    ...(locking ? { lock: (fd: number) => lockImage(fd, file, readOnly, warn) } : {}),
  });
}

export interface Choice {
  readonly format?: string | undefined;
  readonly readOnly?: boolean;
  /** Without what is below. */
  readonly asIs?: boolean;
  /** -U: also one that a machine uses. */
  readonly shared?: boolean;
}

export async function openImage(file: string, choice: Choice = {}): Promise<FormatImage> {
  const { format, readOnly = true, asIs = false, shared = false } = choice;
  checkFormat(format);
  const base: BlockBackend = isUrl(file) ? await openHttpImage(file) : openFile(file, readOnly, !shared);
  try {
    return await openFormat(base, {
      file,
      format,
      readOnly,
      asIs,
      warn,
      codec: await nodeCodec(),
      open: async (name): Promise<BlockBackend> => (isUrl(name) ? openHttpImage(name) : openFile(name, true, !shared)),
    });
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** Throws CommandError for a name that is no format. */
export function checkFormat(format: string | undefined): void {
  if (format !== undefined && !FORMAT_NAMES.includes(format)) throw new CommandError(`Unknown driver '${format}'`);
}

/** An empty file to make an image in; what was there is gone. */
export function emptyFile(file: string): BlockFile {
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw new BlockError(`Could not create '${file}': ${(error as Error).message}`);
  }
  const base = openFile(file, false);
  base.grow(0);
  return base;
}

export function asQcow2(image: FormatImage, command: string): Qcow2Image {
  if (image.format !== "qcow2")
    throw new CommandError(`img ${command}: This image format does not support this operation: ${image.format}`);
  return image as Qcow2Image;
}

/** Does it and closes the image, which may fail too. */
export async function using<I extends BlockBackend, T>(image: I, work: (image: I) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(image);
  } catch (error) {
    await image.close().catch(() => {});
    throw error;
  }
  await image.close();
  return result;
}
