import { printable } from "../base/printable.js";

/** A command line that cannot be used. The message is one sentence (or a list) without the program's name. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly code = "ERR_OPTION";

  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** `-option value: message`, as the reader typed it. */
export function optionError(option: string, value: string | undefined, message: string): OptionError {
  return new OptionError(`${value === undefined ? option : `${option} ${value}`}: ${message}`);
}
