// What goes wrong with what a page keeps.

import { BlockError } from "../../block/interfaces.js";

export function isError(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}

export function noRoom(): BlockError {
  return new BlockError(
    "the browser gives this page no more room: delete what it keeps, and let the machine go on",
    true,
  );
}

export function inUse(name: string): BlockError {
  return new BlockError(`overlay '${name}' is in use by another machine or tab: end that one, or use another name`);
}
