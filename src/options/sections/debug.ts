// How the machine runs and what it says.

import { optionError } from "../error.js";
import { applyAction, applyIcount, applyLog, applyRtc, logHelp } from "../host-options.js";
import { flag, help, type OptionSection } from "../row.js";
import { applySemihosting } from "../semihosting.js";
import { parseChoice, parseInteger } from "../values.js";

export const DEBUG: OptionSection = {
  title: "Machine and debug options",
  rows: [
    flag(["no-reboot"], "end instead of rebooting", (state) => {
      state.config.noReboot = true;
    }),
    flag(["no-shutdown"], "stop instead of ending at power-off", (state) => {
      state.config.noShutdown = true;
    }),
    {
      names: ["action"],
      argument: "reboot=reset|shutdown,shutdown=poweroff|pause",
      help: "what a reboot and a power-off do",
      apply: (state, option, value) => applyAction(state.config, option, value),
    },
    flag(["no-kvm"], "accepted: there is no KVM", () => {}),
    flag(["nodefaults"], "no default consoles", (state) => {
      state.nodefaults = true;
    }),
    flag(["no-user-config"], "accepted: no configuration files are read", () => {}),
    flag(["S"], "do not start the CPU (the monitor's cont does)", (state) => {
      state.config.startPaused = true;
    }),
    {
      names: ["rtc"],
      argument: "[base=utc|localtime|datetime][,clock=host|rt|vm]",
      help: "date of the real-time clock",
      apply: (state, option, value) => applyRtc(state.config, option, value),
    },
    {
      names: ["icount"],
      argument: "[shift=]n|auto[,sleep=on|off]",
      help: "time is the instruction count, 2^n ns each: runs repeat exactly",
      apply: (state, option, value) => applyIcount(state.config, option, value),
    },
    {
      names: ["seed"],
      argument: "number",
      help: "seed of all guest randomness",
      apply(state, option, value) {
        state.config.seed = parseInteger(value, "seed", 0, Number.MAX_SAFE_INTEGER, (message) => {
          throw optionError(option, value, message);
        });
      },
    },
    flag(["singlestep"], "one instruction to a block", (state) => {
      state.config.accel.oneInsnPerTb = true;
    }),
    flag(["semihosting"], "programs may ask the host for a console, time and an exit status", (state) => {
      applySemihosting(state.config, "-semihosting", "enable=on");
    }),
    {
      names: ["semihosting-config"],
      argument: "[enable=on|off][,target=native|auto][,chardev=id][,userspace=on|off][,arg=word[,...]]",
      help: "the same; target=native gives programs the host's files, as its user may use them",
      apply: (state, option, value) => applySemihosting(state.config, option, value),
    },
    {
      names: ["d"],
      argument: "item[,...]",
      help: "what to log (-d help lists it)",
      apply(state, option, value) {
        if (!help(logHelp, value, state)) applyLog(state.config, option, value);
      },
    },
    {
      names: ["D"],
      argument: "file",
      help: "file of the log (default: standard error)",
      apply: (state, _option, value) => {
        state.config.log.file = value;
      },
    },
    {
      names: ["msg"],
      argument: "timestamp=off",
      help: "accepted: messages carry no time",
      apply: (_state, option, value) =>
        void parseChoice(value, "msg", ["timestamp=off", "timestamp=on"], (message) => {
          throw optionError(option, value, message);
        }),
    },
  ],
};
