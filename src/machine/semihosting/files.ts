// Handles of a program: the console, files of the host, and a file that says what of semihosting there is.

import type { SemihostingConsole } from "./console.js";
import { FileFailure, type HostFile, type HostFiles } from "./interfaces.js";

export const ENOENT = 2;
export const EBADF = 9;
export const EACCES = 13;
export const EINVAL = 22;
const EMFILE = 24;

const CONSOLE = ":tt";
const FEATURES = ":semihosting-features";
/** "SHFB", then bit 0: exit with a status (SYS_EXIT_EXTENDED), bit 1: standard output and error are two. */
const FEATURE_BYTES = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 3);
/** The modes of SYS_OPEN, in twos: as text and as bytes, which are the same here. */
const MODES = ["r", "r+", "w", "w+", "a", "a+"];
const MOST = 256;

interface Handle extends HostFile {
  readonly terminal?: boolean;
}

export class SemihostingFiles {
  private readonly handles = new Map<number, Handle>();

  constructor(
    private readonly console: SemihostingConsole,
    /** Undefined: the user gives the program none. */
    private readonly host: HostFiles | undefined,
  ) {}

  /** Rejects with FileFailure, as all here. */
  async open(name: string, mode: number): Promise<number> {
    const how = MODES[mode >> 1];
    if (how === undefined) throw new FileFailure(EINVAL);
    return this.add(await this.opened(name, how));
  }

  private async opened(name: string, mode: string): Promise<Handle> {
    if (name === CONSOLE) return consoleHandle(this.console);
    if (name === FEATURES) {
      if (mode !== "r") throw new FileFailure(EACCES);
      return bytesHandle(FEATURE_BYTES);
    }
    if (!this.host) throw new FileFailure(EACCES);
    return this.host.open(name, mode);
  }

  private add(handle: Handle): number {
    // 0 is never given: programs take it for a failure.
    for (let number = 1; number < MOST; number++) {
      if (this.handles.has(number)) continue;
      this.handles.set(number, handle);
      return number;
    }
    void handle.close();
    throw new FileFailure(EMFILE);
  }

  get(number: number): Handle {
    const handle = this.handles.get(number);
    if (!handle) throw new FileFailure(EBADF);
    return handle;
  }

  async close(number: number): Promise<void> {
    const handle = this.get(number);
    this.handles.delete(number);
    await handle.close();
  }

  async remove(name: string): Promise<void> {
    if (!this.host) throw new FileFailure(EACCES);
    await this.host.remove(name);
  }

  async rename(from: string, to: string): Promise<void> {
    if (!this.host) throw new FileFailure(EACCES);
    await this.host.rename(from, to);
  }

  async closeAll(): Promise<void> {
    const all = [...this.handles.values()];
    this.handles.clear();
    await Promise.all(all.map((handle) => handle.close().catch(() => {})));
  }
}

function consoleHandle(console: SemihostingConsole): Handle {
  return {
    terminal: true,
    read: (length) => console.read(length),
    async write(bytes) {
      console.write(bytes);
      return bytes.length;
    },
    seek() {
      throw new FileFailure(EINVAL);
    },
    size: async () => 0,
    close: async () => {},
  };
}

function bytesHandle(bytes: Uint8Array): Handle {
  let position = 0;
  return {
    async read(length) {
      const piece = bytes.slice(position, position + length);
      position += piece.length;
      return piece;
    },
    async write() {
      throw new FileFailure(EBADF);
    },
    seek(to) {
      position = to;
    },
    size: async () => bytes.length,
    close: async () => {},
  };
}
