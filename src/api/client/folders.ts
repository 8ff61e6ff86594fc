// Folders that host and guest share, from outside: what is asked is done in the machine's thread, which has them.

import { encodeText } from "../../base/text.js";
import { FOLDER_WATCH_MS } from "../../tuning/host.js";
import type { FolderAnswer, FolderRequest } from "../messages.js";
import type { MachineFolder, MachineFolders } from "../services.js";

interface Call {
  resolve(answer: FolderAnswer): void;
  reject(error: Error): void;
}

export interface FolderPort {
  send(call: number, request: FolderRequest): void;
  /** Does it once, then; the function returned calls that off. */
  later(milliseconds: number, action: () => void): () => void;
}

export class RemoteFolders implements MachineFolders {
  private readonly calls = new Map<number, Call>();
  private readonly watches = new Set<() => void>();
  private last = 0;
  private ended: Error | undefined;

  constructor(private readonly port: FolderPort) {}

  get(tag: string): MachineFolder {
    const ask = (operation: FolderRequest["operation"], path: string, more: Partial<FolderRequest> = {}) =>
      this.ask({ tag, operation, path, ...more });
    return {
      readFile: async (path) => (await ask("readFile", path)) as Uint8Array,
      writeFile: async (path, contents) => {
        await ask("writeFile", path, { contents: typeof contents === "string" ? encodeText(contents) : contents });
      },
      list: async (path = "") => [...((await ask("list", path)) as readonly string[])],
      mkdir: async (path) => {
        await ask("mkdir", path);
      },
      remove: async (path, { recursive = false } = {}) => {
        await ask("remove", path, { recursive });
      },
      watch: (path, listener) => this.watch(() => ask("state", path), listener),
    };
  }

  answered(call: number, answer: FolderAnswer): void {
    this.calls.get(call)?.resolve(answer);
    this.calls.delete(call);
  }

  refused(call: number, error: Error): void {
    this.calls.get(call)?.reject(error);
    this.calls.delete(call);
  }

  /** The machine is gone. */
  end(error: Error): void {
    this.ended = error;
    for (const stop of [...this.watches]) stop();
    for (const call of [...this.calls.keys()]) this.refused(call, error);
  }

  private ask(request: FolderRequest): Promise<FolderAnswer> {
    if (this.ended) return Promise.reject(this.ended);
    const call = ++this.last;
    return new Promise((resolve, reject) => {
      this.calls.set(call, { resolve, reject });
      this.port.send(call, request);
    });
  }

  /** The hosts' file systems do not all tell of changes, so it is looked. A directory that is not there is a state too. */
  private watch(state: () => Promise<FolderAnswer>, listener: () => void): () => void {
    let before: FolderAnswer;
    let callOff = (): void => {};
    const look = async (): Promise<void> => {
      const now = await state().catch(() => "absent");
      if (!this.watches.has(stop)) return;
      if (before !== undefined && now !== before) listener();
      before = now;
      callOff = this.port.later(FOLDER_WATCH_MS, () => void look());
    };
    const stop = (): void => {
      this.watches.delete(stop);
      callOff();
    };
    this.watches.add(stop);
    void look();
    return stop;
  }
}
