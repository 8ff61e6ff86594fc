// -semihosting, -semihosting-config: what a program may ask of the host.

import type { MachineConfig, SemihostingConfig } from "./config.js";
import { applyList } from "./keyval.js";
import { parseChoice, parseSwitch } from "./values.js";

export const SEMIHOSTING: SemihostingConfig = { enabled: true, target: "auto", user: false, args: [] };

/** [enable=on|off][,target=native|auto][,chardev=ID][,userspace=on|off][,arg=WORD]... */
export function applySemihosting(config: MachineConfig, option: string, value: string): void {
  const semihosting: SemihostingConfig = { ...SEMIHOSTING, ...config.semihosting, enabled: true };
  semihosting.args = [...semihosting.args];
  applyList<SemihostingConfig>(option, value, undefined, semihosting, {
    enable: (target, text, fail) => {
      target.enabled = parseSwitch(text, "enable", fail);
    },
    target: (target, text, fail) => {
      if (text === "gdb") fail("target=gdb is not supported: there is no gdb server yet");
      target.target = parseChoice(text, "target", ["native", "auto"], fail);
    },
    chardev: (target, text) => {
      target.chardev = text;
    },
    userspace: (target, text, fail) => {
      target.user = parseSwitch(text, "userspace", fail);
    },
    arg: (target, text) => {
      target.args.push(text);
    },
  });
  config.semihosting = semihosting;
}
