// wasmachine img: makes images, tells of them and changes them, in qemu-img's words.

import { FORMAT_NAMES } from "../../block/formats/open.js";
import { BlockError } from "../../block/interfaces.js";
import { type Command, CommandError } from "../command.js";
import { commit, rebase, resize } from "./change.js";
import { checkImage } from "./check.js";
import { convert } from "./convert.js";
import { create } from "./create.js";
import { info } from "./info.js";

const HELP = `usage: wasmachine img COMMAND [OPTIONS]
Makes images of disks, tells of them and changes them. Options are those of qemu-img.
  create [-q] [-u] [-f FMT] [-b BACKING -F FMT] [-o OPTIONS] FILE [SIZE]
  info [-f FMT] [-U] [--output=human|json] [--backing-chain] FILE
  convert [-c] [-p] [-q] [-U] [-f FMT] [-O FMT] [-o OPTIONS] FILE NEW
  check [-q] [-U] [-f FMT] [-r leaks|all] [--output=human|json] FILE
  resize [-q] [-f FMT] [--shrink] FILE [+|-]SIZE
  commit [-q] [-d] [-f FMT] FILE
  rebase [-u] [-f FMT] -b BACKING -F FMT FILE
Formats: ${FORMAT_NAMES.join(", ")}; raw and qcow2 are also written.
Options of qcow2: cluster_size, compat, compression_type, extended_l2, lazy_refcounts, refcount_bits.
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  check: checkImage,
  commit,
  convert,
  create,
  info,
  rebase,
  resize,
};

export const img: Command = {
  summary: "makes images of disks, tells of them and changes them",
  async run([name, ...args]) {
    if (name === undefined || /^--?h(elp)?$/.test(name)) {
      process.stdout.write(HELP);
      return name === undefined ? 1 : 0;
    }
    if (!Object.hasOwn(COMMANDS, name)) {
      throw new CommandError(`img has no command '${name}'; it has ${Object.keys(COMMANDS).join(", ")}`);
    }
    try {
      return await COMMANDS[name]!(args);
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      throw new CommandError(error.message);
    }
  },
};
