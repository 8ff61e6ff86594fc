// npm run vectors:riscv64 -- record [NAME...] | FROM TO [NAME...]: records the corpus of V, or compares cases of every row with qemu-riscv64.

import { compare } from "./compare.js";
import { record } from "./record.js";

const [what = "0", ...rest] = process.argv.slice(2);
if (what === "record") record(rest);
else {
  const [to = "100", ...names] = rest;
  const differ = compare(Number(what), Number(to), names);
  console.log(`${differ} differences`);
  process.exitCode = differ ? 1 : 0;
}
