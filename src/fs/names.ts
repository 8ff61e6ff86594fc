// Names as they come from a guest, and from outside.

import { decodeText, encodeText } from "../base/text.js";
import { type ErrorName, refuse } from "./errno.js";

/** Bytes of a name, of a symlink's target, of an xattr's name and value (limits.h). */
export const NAME_MAX = 255;
export const PATH_MAX = 4096;
export const XATTR_NAME_MAX = 255;
export const XATTR_SIZE_MAX = 65536;
export const XATTR_LIST_MAX = 65536;

/** Throws where a string is no name of a directory entry. */
export function checkName(name: string): string {
  const wrong = wrongWith(name);
  return wrong === undefined ? name : refuse(wrong);
}

function wrongWith(name: string): ErrorName | undefined {
  if (name === "") return "ENOENT";
  if (name.length > NAME_MAX) return "ENAMETOOLONG";
  if (name === "." || name === ".." || name.includes("/") || name.includes("\0")) return "EINVAL";
  return undefined;
}

/** Throws where a string is no target of a symlink. */
export function checkTarget(target: string): string {
  if (target === "") return refuse("ENOENT");
  if (target.length >= PATH_MAX) return refuse("ENAMETOOLONG");
  if (target.includes("\0")) return refuse("EINVAL");
  return target;
}

/** Throws where a string is no name of an xattr. */
export function checkXattrName(name: string): string {
  if (name === "" || name.length > XATTR_NAME_MAX) return refuse("ERANGE");
  if (name.includes("\0")) return refuse("EINVAL");
  return name;
}

/** The bytes of a name. */
export function bytesOf(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
  return bytes;
}

/** A name of bytes. */
export function nameOf(bytes: Uint8Array): string {
  let name = "";
  // In pieces, for a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096) name += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return name;
}

/** The name for text: its UTF-8, a character each byte. */
export function nameFromText(text: string): string {
  return nameOf(encodeText(text));
}

/** What a name reads as. */
export function textOfName(name: string): string {
  return decodeText(bytesOf(name));
}
