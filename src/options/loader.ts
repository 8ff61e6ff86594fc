// -device loader: what is put into memory at every reset, and where the CPU begins then.

import type { LoadConfig } from "./config.js";
import { optionError } from "./error.js";
import { applyList, type Fail } from "./keyval.js";
import { parseInteger, parseSwitch } from "./values.js";

const NAME = /^(driver=)?loader(,|$)/;
const NUMBER = /^(0x[0-9a-f]+|\d+)$/i;

export function isLoader(value: string): boolean {
  return NAME.test(value);
}

/** loader,file=FILE[,addr=A][,force-raw=on] or loader,addr=A,data=D,data-len=N[,data-be=on], either with cpu-num=0; loader,addr=A,cpu-num=0 */
export function parseLoader(option: string, value: string): LoadConfig {
  const load: LoadConfig & { length?: number } = { raw: false, bigEndian: false, start: false };
  const number = (text: string, name: string, fail: Fail): bigint => {
    if (!NUMBER.test(text) || BigInt(text) >= 1n << 64n) fail(`Parameter '${name}' expects a number, not '${text}'`);
    return BigInt(text);
  };
  applyList<typeof load>(option, value, "driver", load, {
    driver: () => {},
    file: (target, text) => {
      target.file = text;
    },
    addr: (target, text, fail) => {
      const address = number(text, "addr", fail);
      if (address > BigInt(Number.MAX_SAFE_INTEGER)) fail(`addr=${text} is beyond all memory`);
      target.address = Number(address);
    },
    data: (target, text, fail) => {
      target.data = number(text, "data", fail).toString();
    },
    "data-len": (target, text, fail) => {
      target.length = parseInteger(text, "data-len", 1, 8, fail);
    },
    "data-be": (target, text, fail) => {
      target.bigEndian = parseSwitch(text, "data-be", fail);
    },
    "force-raw": (target, text, fail) => {
      target.raw = parseSwitch(text, "force-raw", fail);
    },
    "cpu-num": (target, text, fail) => {
      if (parseInteger(text, "cpu-num", 0, 4095, fail) !== 0) fail(`cpu-num=${text}: there is one CPU, number 0`);
      target.start = true;
    },
  });
  const fail = (message: string): never => {
    throw optionError(option, value, message);
  };
  if (load.file !== undefined && load.data !== undefined) fail("either file= or data=, not both");
  if ((load.data === undefined) !== (load.length === undefined)) fail("data= and data-len= go together");
  if (load.data !== undefined && load.address === undefined) fail("data= needs an address (addr=)");
  if (load.file === undefined && load.data === undefined && !(load.address !== undefined && load.start)) {
    fail("there is nothing to be loaded: give file=, or addr= with data= and data-len=, or with cpu-num=0");
  }
  return load;
}
