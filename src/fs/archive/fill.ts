// Fills a file system with what is in an archive: a tree of files that a page or a package brings along. The archive stays as it is.

import { FsError, refusal } from "../errno.js";
import type { FileSystem, FsNode } from "../interfaces.js";
import { PERMISSIONS, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../mode.js";
import { checkName, checkTarget, textOfName } from "../names.js";
import { type ArchiveEntry, ArchiveError } from "./entry.js";
import { isTar, tarEntries } from "./tar.js";
import { isZip, zipEntries } from "./zip.js";

export { ArchiveError };

/** Rejects with ArchiveError. */
export async function fill(fs: FileSystem, archive: Uint8Array): Promise<void> {
  const { free, blockSize } = await fs.statistics();
  for (const entry of await entriesOf(archive, free * blockSize)) {
    try {
      await add(fs.root, entry);
    } catch (error) {
      if (error instanceof FsError) throw new ArchiveError(`'${textOfName(entry.path)}' in it: ${error.name}`);
      throw error;
    }
  }
}

async function entriesOf(archive: Uint8Array, room: number): Promise<Iterable<ArchiveEntry>> {
  const bytes = archive[0] === 0x1f && archive[1] === 0x8b ? await gunzip(archive, room) : archive;
  if (isTar(bytes)) return tarEntries(bytes);
  if (!isZip(bytes)) throw new ArchiveError("it is neither a tar nor a zip archive");
  const { inflateSync } = await import("fflate");
  return zipEntries(bytes, (packed, size) => {
    if (size > room) throw refusal("ENOSPC");
    return unpacking(() => inflateSync(packed, { out: new Uint8Array(size) }));
  });
}

/** Of the length that stands at its end, which may not be more than there is room for. */
async function gunzip(archive: Uint8Array, room: number): Promise<Uint8Array> {
  const size = new DataView(archive.buffer, archive.byteOffset).getUint32(archive.length - 4, true);
  if (size > room) throw new ArchiveError(`there is room for ${room} bytes, and it has ${size}`);
  const { gunzipSync } = await import("fflate");
  return unpacking(() => gunzipSync(archive, { out: new Uint8Array(size) }));
}

function unpacking(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
    throw new ArchiveError(`it cannot be unpacked: ${error instanceof Error ? error.message : error}`);
  }
}

/** Steps of a path; "." is none, and ".." leads nowhere in an archive. */
function steps(path: string): string[] {
  return path.split("/").filter((step) => step !== "" && step !== ".");
}

async function add(root: FsNode, entry: ArchiveEntry): Promise<void> {
  const { mode, uid, gid, modified } = entry;
  const names = steps(entry.path);
  const name = names.pop();
  if (name === undefined) return root.change({ mode: mode & PERMISSIONS, uid, gid });
  const directory = await directoryOf(root, names);
  try {
    const node = await make(root, directory, checkName(name), entry);
    for (const [key, value] of entry.xattrs ?? []) await node.setXattr(key, value, "any");
    await node.change({ accessed: modified, modified });
    node.release();
  } finally {
    directory.release();
  }
}

/** Those that are missing are made. Held. */
async function directoryOf(root: FsNode, names: readonly string[]): Promise<FsNode> {
  let directory = root.hold();
  for (const name of names) {
    const found = (await find(directory, checkName(name))) ?? directory.mkdir(name, { mode: 0o755, uid: 0, gid: 0 });
    directory.release();
    directory = await found;
  }
  return directory;
}

async function find(directory: FsNode, name: string): Promise<FsNode | undefined> {
  try {
    return await directory.lookup(name);
  } catch (error) {
    if (error === refusal("ENOENT")) return undefined;
    throw error;
  }
}

/** What has the name already goes, as when an archive is unpacked; a directory stays. */
async function make(root: FsNode, directory: FsNode, name: string, entry: ArchiveEntry): Promise<FsNode> {
  const { mode, uid, gid, target, device = { major: 0, minor: 0 } } = entry;
  const kind = mode & S_IFMT;
  const as = { mode, uid, gid };
  const old = await find(directory, name);
  if (old !== undefined) {
    if (old.kind === S_IFDIR && kind === S_IFDIR) {
      await old.change({ mode: mode & PERMISSIONS, uid, gid });
      return old;
    }
    old.release();
    await directory.unlink(name, old.kind === S_IFDIR);
  }
  if (kind === S_IFDIR) return directory.mkdir(name, as);
  if (kind === S_IFLNK) return directory.symlink(name, checkTarget(target ?? ""), as);
  if (kind !== S_IFREG) return directory.mknod(name, as, device);
  if (target !== undefined) return linked(root, directory, name, target);
  const node = await directory.mknod(name, as, device);
  await write(node, entry.contents());
  return node;
}

async function write(node: FsNode, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return;
  const file = await node.open({ read: false, write: true });
  try {
    if ((await file.write(0, bytes, true)) < bytes.length) throw refusal("ENOSPC");
  } finally {
    await file.close();
  }
}

async function linked(root: FsNode, directory: FsNode, name: string, target: string): Promise<FsNode> {
  const names = steps(target);
  const last = checkName(names.pop() ?? "");
  const there = await directoryOf(root, names);
  const node = await there.lookup(last);
  there.release();
  await directory.link(name, node);
  return node;
}
