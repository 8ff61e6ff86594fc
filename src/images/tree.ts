// A file tree in memory, from which both the initramfs and the disk image are made. Paths have no leading slash; the
// usr-merged layout of Debian holds (bin, sbin, lib and lib64 are links into usr).
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

export type Node =
  | { kind: "dir"; mode: number }
  | { kind: "file"; mode: number; data: Uint8Array }
  | { kind: "link"; target: string }
  | { kind: "char"; mode: number; major: number; minor: number };

const MERGED = new Set(["bin", "sbin", "lib", "lib64"]);

export class Tree {
  private readonly nodes = new Map<string, Node>();

  /** All entries, parents before children, in the order of their names. */
  entries(): [string, Node][] {
    return [...this.nodes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  get(path: string): Node | undefined {
    return this.nodes.get(merged(path));
  }

  dir(path: string, mode = 0o755): void {
    this.put(merged(path), { kind: "dir", mode });
  }

  file(path: string, data: Uint8Array | string, mode = 0o644): void {
    this.put(merged(path), {
      kind: "file",
      mode,
      data: typeof data === "string" ? new TextEncoder().encode(data) : data,
    });
  }

  link(path: string, target: string): void {
    this.put(merged(path), { kind: "link", target });
  }

  char(path: string, major: number, minor: number, mode: number): void {
    this.put(merged(path), { kind: "char", mode, major, minor });
  }

  /** The links that make the layout usr-merged. */
  mergeLinks(names: readonly string[]): void {
    for (const name of names) {
      this.dir(`usr/${name}`);
      this.nodes.set(name, { kind: "link", target: `usr/${name}` });
    }
  }

  /** Adds a folder of the host, leaving out what `skip` says; owners are not kept, everything becomes root's. */
  import(folder: string, skip: (path: string) => boolean = () => false, under = ""): void {
    for (const name of readdirSync(join(folder, under)).sort()) {
      const path = under ? `${under}/${name}` : name;
      const host = join(folder, path);
      const info = lstatSync(host);
      if (skip(path)) continue;
      if (info.isSymbolicLink()) {
        if (under || !MERGED.has(name)) this.link(path, readlinkSync(host));
      } else if (info.isDirectory()) {
        if (!this.get(path)) this.dir(path, info.mode & 0o7777);
        this.import(folder, skip, path);
      } else if (info.isFile()) this.file(path, readFileSync(host), info.mode & 0o7777);
    }
  }

  /** A tree with the same entries, to be extended separately. */
  clone(): Tree {
    const copy = new Tree();
    for (const [path, node] of this.nodes) copy.nodes.set(path, node);
    return copy;
  }

  private put(path: string, node: Node): void {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (parent && !this.nodes.has(parent)) this.dir(parent);
    if (node.kind === "dir" && MERGED.has(path)) return;
    this.nodes.set(path, node);
  }
}

function merged(path: string): string {
  const slash = path.indexOf("/");
  return slash > 0 && MERGED.has(path.slice(0, slash)) ? `usr/${path}` : path;
}
