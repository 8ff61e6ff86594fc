// The files of a machine in a page: given with the machine or fetched. Everything the configuration names begins to load at
// once; whoever asks for a file waits for it. A disk is fetched as it is read or, from a server without ranges, as a whole, and
// can be used as soon as its size is known.

import type { LoadProgress } from "../api/api.js";
import type { PostedFile } from "../api/messages.js";
import { ArrivingImage } from "../block/backends/arriving.js";
import { MemoryBackend } from "../block/backends/memory.js";
import { SparseMemory } from "../block/backends/sparse.js";
import type { BlockBackend } from "../block/interfaces.js";
import { MemoryOverlay } from "../block/overlay.js";
import { type ArrivingFile, FILE_HEAD, type FileCheck, fileHere, MachineError } from "../machine/host.js";
import type { MachineConfig } from "../options/config.js";
import { BlockFile } from "./block-file.js";
import { Download, download, receive, type Sink } from "./download.js";
import { locateName, type NamedFiles, type Place } from "./names.js";
import { openByRanges } from "./ranges.js";

export interface FileSources extends NamedFiles {
  files: Readonly<Record<string, PostedFile>>;
}

export class WebFiles {
  private readonly whole = new Map<string, Promise<ArrivingFile | undefined>>();
  private downloads = 0;
  private readonly images = new Map<string, Promise<BlockBackend | undefined>>();

  constructor(
    private readonly sources: FileSources,
    private readonly progress: (progress: LoadProgress) => void,
    private readonly warn: (message: string) => void,
    /** Told when downloads begin and when all have ended. */
    private readonly onBusy: (busy: boolean) => void,
  ) {}

  private readonly counted = async <T>(action: () => Promise<T>): Promise<T> => {
    if (this.downloads++ === 0) this.onBusy(true);
    try {
      return await action();
    } finally {
      if (--this.downloads === 0) this.onBusy(false);
    }
  };

  /** Begins to load what a machine of this configuration will ask for. Failures show when it asks. */
  prefetch(config: MachineConfig): void {
    for (const name of [config.kernel, config.initrd, config.bios]) {
      if (name !== undefined) this.loadWhole(name).catch(() => {});
    }
    for (const { file } of config.drives) {
      if (!this.isBytes(file)) this.loadImage(file).catch(() => {});
    }
  }

  /** A whole file; undefined when there is none of that name. */
  async read(name: string, check?: FileCheck): Promise<Uint8Array | undefined> {
    const file = await this.openWhole(name);
    if (file && check) {
      await file.arrived(FILE_HEAD);
      check(file.bytes.length, file.bytes);
    }
    await file?.arrived(Number.POSITIVE_INFINITY);
    return file?.bytes;
  }

  /** The same as soon as its size is known. */
  async openWhole(name: string): Promise<ArrivingFile | undefined> {
    const file = await this.loadWhole(name);
    this.whole.delete(name);
    return file;
  }

  /** The image of a drive: what is written to it stays in memory. */
  async open(name: string): Promise<BlockBackend> {
    const given = this.given(name);
    if (given instanceof Blob) return new MemoryOverlay(new BlockFile(given));
    if (given instanceof Uint8Array) return new MemoryBackend(given);
    if (given instanceof ArrayBuffer) return new MemoryBackend(new Uint8Array(given));
    const image = await this.loadImage(name);
    this.images.delete(name);
    if (!image) {
      const url = this.address(name);
      throw new MachineError(`Could not open '${name}': ${this.whyNot(name)}`, { code: "ERR_FILE", url });
    }
    return image;
  }

  private given(name: string): PostedFile | undefined {
    const { files } = this.sources;
    return Object.hasOwn(files, name) ? files[name] : undefined;
  }

  private isBytes(name: string): boolean {
    const given = this.given(name);
    return given !== undefined && typeof given !== "string";
  }

  /** Where to fetch a file; undefined when it is not to be fetched. Throws MachineError for a name that leads elsewhere. */
  private locate(name: string): Place | undefined {
    const given = this.given(name);
    if (given === undefined) return locateName(name, this.sources);
    // An address of the page's author, who trusts what it redirects to.
    return typeof given === "string" ? { url: given, origins: undefined } : undefined;
  }

  /** Where a name leads; undefined when it is not to be fetched. */
  address(name: string): string | undefined {
    return this.locate(name)?.url;
  }

  private whyNot(name: string): string {
    const url = this.address(name);
    return url === undefined ? "it is not among the machine's files" : `there is no file at ${url}`;
  }

  private loadWhole(name: string): Promise<ArrivingFile | undefined> {
    let loading = this.whole.get(name);
    if (!loading) {
      loading = this.fetchWhole(name);
      this.whole.set(name, loading);
    }
    return loading;
  }

  private async fetchWhole(name: string): Promise<ArrivingFile | undefined> {
    const given = this.given(name);
    if (given instanceof Blob) return fileHere(new Uint8Array(await given.arrayBuffer()));
    if (given instanceof Uint8Array) return fileHere(given);
    if (given instanceof ArrayBuffer) return fileHere(new Uint8Array(given));
    const place = this.locate(name);
    if (place === undefined) return undefined;
    return new Promise((resolve, reject) => {
      const file = new Download(resolve);
      this.counted(() => download(name, place, this.progress, file)).then(
        // The first of several answers counts.
        (found) => resolve(found ? file : undefined),
        (error: Error) => {
          file.fail(error);
          reject(error);
        },
      );
    });
  }

  private loadImage(name: string): Promise<BlockBackend | undefined> {
    let loading = this.images.get(name);
    if (!loading) {
      loading = this.fetchImage(name);
      this.images.set(name, loading);
    }
    return loading;
  }

  private async fetchImage(name: string): Promise<BlockBackend | undefined> {
    const place = this.locate(name);
    if (place === undefined) return undefined;
    const image = await this.counted(() => openByRanges(name, place, this.counted, this.progress, this.warn));
    if (!(image instanceof Response)) return image && new MemoryOverlay(image);
    return arrivingImage((sink) => this.counted(() => receive(name, place.url, image, this.progress, sink)), this.warn);
  }
}

/** Resolves when the disk can be used: at once where the server says its size, else when all of it is here. */
function arrivingImage(fill: (sink: Sink) => Promise<void>, warn: (message: string) => void): Promise<BlockBackend> {
  return new Promise((resolve, reject) => {
    let arriving: ArrivingImage | undefined;
    const whole = new SparseMemory();
    const sink = {
      begin(size: number | undefined): void {
        if (size === undefined) return;
        arriving = new ArrivingImage(size);
        resolve(new MemoryOverlay(arriving));
      },
      take: (bytes: Uint8Array): void => (arriving ?? whole).append(bytes),
      end: (): void => arriving?.end(),
    };
    fill(sink).then(
      // The first of several answers counts.
      () => resolve(whole),
      (error: Error) => {
        if (!arriving) return reject(error);
        arriving.fail(error.message);
        warn(error.message);
      },
    );
  });
}
