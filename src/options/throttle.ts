// throttling.* of a -drive, also by the names it had before.

import {
  DIRECTIONS,
  type Direction,
  KINDS,
  type Kind,
  type Rate,
  type ThrottleRules,
} from "../block/throttle/rules.js";
import type { Fail, ParameterHandlers } from "./keyval.js";
import { parseInteger, parseSize } from "./values.js";

/** What was said, before it is known whether it goes together. */
export interface ThrottleWords {
  readonly rates: Map<`${Kind}-${Direction}`, { -readonly [K in keyof Rate]: Rate[K] }>;
  requestBytes: number;
  group?: string;
}

export function noThrottle(): ThrottleWords {
  return { rates: new Map(), requestBytes: 0 };
}

const SHORT: Readonly<Record<Direction, string>> = { total: "", read: "_rd", write: "_wr" };
const LONGEST_BURST = 0xffffffff;

/** Handlers of all names. */
export function throttleHandlers<T>(words: (target: T) => ThrottleWords): ParameterHandlers<T> {
  const handlers: ParameterHandlers<T> = {
    "throttling.iops-size": (target, text, fail) => {
      words(target).requestBytes = parseSize(text, 1, "throttling.iops-size", fail);
    },
    "throttling.group": (target, text) => {
      words(target).group = text;
    },
  };
  handlers.iops_size = handlers["throttling.iops-size"]!;
  handlers.group = handlers["throttling.group"]!;
  for (const kind of KINDS) {
    for (const direction of DIRECTIONS) {
      const name = `${kind}-${direction}` as const;
      const short = `${kind}${SHORT[direction]}`;
      const rate = (target: T) => {
        const { rates } = words(target);
        const found = rates.get(name) ?? { average: 0, most: 0, seconds: 1 };
        rates.set(name, found);
        return found;
      };
      const number = (text: string, fail: Fail): number => parseSize(text, 1, `throttling.${name}`, fail);
      handlers[`throttling.${name}`] = handlers[short] = (target, text, fail) => {
        rate(target).average = number(text, fail);
      };
      handlers[`throttling.${name}-max`] = handlers[`${short}_max`] = (target, text, fail) => {
        rate(target).most = number(text, fail);
      };
      handlers[`throttling.${name}-max-length`] = handlers[`${short}_max_length`] = (target, text, fail) => {
        rate(target).seconds = parseInteger(text, `throttling.${name}-max-length`, 1, LONGEST_BURST, fail);
      };
    }
  }
  return handlers;
}

/** Undefined: nothing is limited. */
export function throttleRules(words: ThrottleWords, fail: (message: string) => never): ThrottleRules | undefined {
  const { rates, requestBytes, group } = words;
  for (const [name, { average, most, seconds }] of rates) {
    if (most !== 0 && average === 0) fail(`throttling.${name}-max needs throttling.${name}`);
    if (most !== 0 && most < average) fail(`throttling.${name}-max is less than throttling.${name}`);
    if (seconds > 1 && most === 0) fail(`throttling.${name}-max-length needs throttling.${name}-max`);
  }
  for (const kind of KINDS) {
    const set = (direction: Direction): boolean => (rates.get(`${kind}-${direction}`)?.average ?? 0) > 0;
    if (set("total") && (set("read") || set("write"))) {
      fail(`throttling.${kind}-total and throttling.${kind}-read or -write cannot be used at the same time`);
    }
  }
  if ([...rates.values()].every(({ average }) => average === 0)) return undefined;
  return { rates: Object.fromEntries(rates), requestBytes, group };
}
