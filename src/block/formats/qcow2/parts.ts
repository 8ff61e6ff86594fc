// What an open qcow2 image consists of.

import type { BlockBackend } from "../../interfaces.js";
import type { Codec, Packing } from "../codec.js";
import type { ImageFile } from "../image-file.js";
import type { Geometry } from "./entries.js";
import type { HeaderSector } from "./header-sector.js";
import type { Level1 } from "./l2.js";
import type { Reader } from "./read.js";
import type { Refcounts } from "./refcounts.js";

export interface Parts {
  readonly file: ImageFile;
  readonly geometry: Geometry;
  readonly header: HeaderSector;
  readonly level1: Level1;
  readonly refcounts: Refcounts;
  readonly reader: Reader;
  readonly backing: BlockBackend | undefined;
  readonly codec: Codec;
  readonly packing: Packing;
}
