// What a format of disk images is to those who open one.

import type { BlockBackend } from "../interfaces.js";
import type { Codec } from "./codec.js";
import type { ImageFile } from "./image-file.js";

export interface Format {
  /** As QEMU calls it. */
  readonly name: string;
  /** Rejects with BlockError naming what is wrong. The disk closes the file that it is in. */
  open(file: ImageFile, options: OpenOptions): Promise<FormatImage>;
}

export interface OpenOptions {
  readonly readOnly: boolean;
  readonly codec: Codec;
  /** Opens what an image names as its backing file. */
  readonly openBacking?: ((backing: BackingName) => Promise<BlockBackend>) | undefined;
  /** Opens another file that an image consists of. */
  readonly openFile?: ((file: string) => Promise<BlockBackend>) | undefined;
  /** A sentence for the user. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Opens an image that is marked as corrupt, or was not closed, as it is: for those that check it. */
  readonly asIs?: boolean;
}

export interface BackingName {
  readonly file: string;
  /** Undefined: to be probed. */
  readonly format: string | undefined;
}

export interface FormatImage extends BlockBackend {
  readonly format: string;
  readonly clusterSize?: number;
  readonly backing?: BackingName | undefined;
}
