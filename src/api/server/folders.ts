// What the API asks of a shared folder, done in the machine's thread between the guest's requests.

import { ERRNO_TEXT, FsError, refuse } from "../../fs/errno.js";
import type { FileSystem, FsNode } from "../../fs/interfaces.js";
import { S_IFDIR } from "../../fs/mode.js";
import { textOfName } from "../../fs/names.js";
import { findName, findPath, locatePath } from "../../fs/paths.js";
import type { Folder } from "../../machine/folders.js";
import { MachineError } from "../../machine/host.js";
import type { MachineConfig } from "../../options/config.js";
import type { FolderAnswer, FolderRequest } from "../messages.js";

/** Longest file that is read or written in one piece. */
const PIECE = 1 << 20;
/** Who does it: as the guest's root. */
const ROOT = { uid: 0, gid: 0 };

/** Rejects with MachineError. */
export async function serveFolder(
  { devices }: MachineConfig,
  folders: ReadonlyMap<string, Folder>,
  request: FolderRequest,
): Promise<FolderAnswer> {
  const { tag, path, operation } = request;
  const tagged = devices.find(({ properties: { mount_tag, tag: other } }) => mount_tag === tag || other === tag);
  const folder = folders.get(String(tagged?.properties.fsdev));
  if (folder === undefined) throw new MachineError(`the machine shares no folder by the tag '${tag}'`);
  try {
    return await OPERATIONS[operation](folder.fs, request);
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    const cause = Object.assign(new Error(ERRNO_TEXT[error.name] ?? error.name), { name: error.name });
    throw new MachineError(`folder ${tag}: ${WORDS[operation]} '${path}': ${cause.message} (${error.name})`, {
      code: "ERR_FILE",
      cause,
    });
  }
}

type Operation = (fs: FileSystem, request: FolderRequest) => Promise<FolderAnswer>;

const WORDS: Readonly<Record<FolderRequest["operation"], string>> = {
  readFile: "could not read",
  writeFile: "could not write",
  list: "could not list",
  mkdir: "could not make the directory",
  remove: "could not remove",
  state: "could not look at",
};

const OPERATIONS: Readonly<Record<FolderRequest["operation"], Operation>> = {
  async readFile({ root }, { path }) {
    return held(await findPath(root, path), async (node) => {
      const { size } = await node.attributes();
      const file = await node.open({ read: true, write: false });
      try {
        const pieces: Uint8Array[] = [];
        for (let at = 0; ; ) {
          // It may grow meanwhile.
          const piece = new Uint8Array(Math.min(PIECE, Math.max(4096, size - at)));
          const got = await file.read(at, piece);
          if (got === 0) return joined(pieces, at);
          pieces.push(piece.subarray(0, got));
          at += got;
        }
      } finally {
        await file.close();
      }
    });
  },

  async writeFile({ root }, { path, contents = new Uint8Array(0) }) {
    const node = (await there(root, path)) ?? (await make(root, path));
    return held(node, async () => {
      const file = await node.open({ read: false, write: true, truncate: true });
      try {
        for (let at = 0; at < contents.length; ) {
          const written = await file.write(at, contents.subarray(at, at + PIECE), false);
          if (written === 0) refuse("ENOSPC");
          at += written;
        }
      } finally {
        await file.close();
      }
      return undefined;
    });
  },

  async list({ root }, { path }) {
    return held(await findPath(root, path), async (node) =>
      (await node.entries()).map(({ name }) => textOfName(name)).sort(),
    );
  },

  async mkdir({ root }, { path }) {
    const { directory, name } = await locatePath(root, path);
    return held(directory, async () => {
      (await directory.mkdir(name, { mode: 0o755, ...ROOT })).release();
      return undefined;
    });
  },

  async remove({ root }, { path, recursive = false }) {
    const { directory, name } = await locatePath(root, path);
    return held(directory, () => remove(directory, name, recursive));
  },

  async state({ root }, { path }) {
    return held(await findPath(root, path), async (node) => {
      if (node.kind !== S_IFDIR) return stateOf(node);
      const states: string[] = [];
      for (const { name } of await node.entries()) {
        const entry = await findName(node, name);
        if (entry) states.push(`${name} ${await held(entry, stateOf)}`);
      }
      return states.sort().join("\n");
    });
  },
};

async function held<T>(node: FsNode, work: (node: FsNode) => Promise<T>): Promise<T> {
  try {
    return await work(node);
  } finally {
    node.release();
  }
}

async function stateOf(node: FsNode): Promise<string> {
  const { id, mode, size, version, modified, changed } = await node.attributes();
  return [id, mode, size, version, modified.seconds, modified.nanoseconds, changed.seconds, changed.nanoseconds].join();
}

async function there(root: FsNode, path: string): Promise<FsNode | undefined> {
  try {
    return await findPath(root, path);
  } catch (error) {
    if (error instanceof FsError && error.name === "ENOENT") return undefined;
    throw error;
  }
}

async function make(root: FsNode, path: string): Promise<FsNode> {
  const { directory, name } = await locatePath(root, path);
  return held(directory, async () => {
    const { node, file } = await directory.create(name, { mode: 0o644, ...ROOT, open: { read: false, write: true } });
    await file.close();
    return node;
  });
}

async function remove(directory: FsNode, name: string, recursive: boolean): Promise<undefined> {
  const node = await directory.lookup(name);
  await held(node, async () => {
    const inside = node.kind === S_IFDIR && recursive ? await node.entries() : [];
    for (const entry of inside) await remove(node, entry.name, true);
    await directory.unlink(name, node.kind === S_IFDIR);
  });
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
