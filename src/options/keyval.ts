// Lists of the form `first,key=value,flag,nokey`, a literal comma doubled.

import { optionError } from "./error.js";

export interface KeyValue {
  key: string;
  value: string;
}

/**
 * Splits a list. A first element without `=` is the value of `implied` when that is given; any other element without
 * `=` is a flag: `key` means `key=on`, `nokey` means `key=off`.
 * Throws OptionError for an empty key.
 */
export function parseList(option: string, text: string, implied?: string): KeyValue[] {
  const result: KeyValue[] = [];
  const elements = splitCommas(text);
  for (const [index, element] of elements.entries()) {
    const equals = element.indexOf("=");
    if (equals < 0) {
      if (index === 0 && implied !== undefined) {
        result.push({ key: implied, value: element });
      } else if (element === "") {
        // A trailing comma, or none at all: nothing to say.
        if (index !== elements.length - 1) throw optionError(option, text, "empty parameter");
      } else if (element.startsWith("no") && element.length > 2) {
        result.push({ key: element.slice(2), value: "off" });
      } else {
        result.push({ key: element, value: "on" });
      }
    } else {
      if (equals === 0) throw optionError(option, text, `parameter without a name: '${element}'`);
      result.push({ key: element.slice(0, equals), value: element.slice(equals + 1) });
    }
  }
  return result;
}

/** Splits at single commas; `,,` stands for one comma. */
export function splitCommas(text: string): string[] {
  const result: string[] = [];
  let element = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c !== ",") element += c;
    else if (text[i + 1] === ",") {
      element += ",";
      i++;
    } else {
      result.push(element);
      element = "";
    }
  }
  result.push(element);
  return result;
}

/** How one parameter of a list is applied. */
export type ParameterHandlers<T> = { [key: string]: (target: T, value: string, fail: Fail) => void };

/** Throws OptionError about the list as a whole. */
export type Fail = (message: string) => never;

/** Runs the handler of every element; an element without one is refused by name. */
export function applyList<T>(
  option: string,
  text: string,
  implied: string | undefined,
  target: T,
  handlers: ParameterHandlers<T>,
): void {
  const fail: Fail = (message) => {
    throw optionError(option, text, message);
  };
  for (const { key, value } of parseList(option, text, implied)) {
    if (!Object.hasOwn(handlers, key)) {
      // `nofoo` is also how a parameter named so would look.
      const whole = `no${key}`;
      if (value === "off" && Object.hasOwn(handlers, whole) && !text.includes(`${key}=off`)) {
        handlers[whole]!(target, "on", fail);
        continue;
      }
      fail(`Invalid parameter '${key}'`);
    }
    handlers[key]!(target, value, fail);
  }
}
