// The "newc" cpio archive the kernel unpacks as its initramfs (Documentation/driver-api/early-userspace/buffer-format).
import type { Node, Tree } from "./tree.js";

const S_IFCHR = 0o020000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

/** The tree as an uncompressed archive; everything belongs to root, all times are 0. */
export function cpio(tree: Tree): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const push = (bytes: Uint8Array) => {
    chunks.push(bytes);
    size += bytes.length;
    const rest = -size & 3;
    if (rest) {
      chunks.push(new Uint8Array(rest));
      size += rest;
    }
  };
  let inode = 1;
  const entry = (name: string, mode: number, links: number, data: Uint8Array, major = 0, minor = 0) => {
    const bytes = new TextEncoder().encode(`${name}\0`);
    const fields = [inode++, mode, 0, 0, links, 0, data.length, 0, 0, major, minor, bytes.length, 0];
    const head = `070701${fields.map((v) => v.toString(16).toUpperCase().padStart(8, "0")).join("")}`;
    const header = new Uint8Array(head.length + bytes.length);
    new TextEncoder().encodeInto(head, header);
    header.set(bytes, head.length);
    push(header);
    push(data);
  };
  for (const [path, node] of tree.entries()) entry(path, modeOf(node), node.kind === "dir" ? 2 : 1, ...content(node));
  inode = 0;
  entry("TRAILER!!!", 0, 1, new Uint8Array());
  const out = new Uint8Array(Math.ceil(size / 512) * 512);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function modeOf(node: Node): number {
  switch (node.kind) {
    case "dir":
      return S_IFDIR | node.mode;
    case "file":
      return S_IFREG | node.mode;
    case "link":
      return S_IFLNK | 0o777;
    case "char":
      return S_IFCHR | node.mode;
  }
}

function content(node: Node): [Uint8Array, number?, number?] {
  if (node.kind === "file") return [node.data];
  if (node.kind === "link") return [new TextEncoder().encode(node.target)];
  if (node.kind === "char") return [new Uint8Array(), node.major, node.minor];
  return [new Uint8Array()];
}
