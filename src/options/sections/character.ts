// Consoles and the monitor.

import { applyChardev, applyMon } from "../chardev.js";
import { applyEscape } from "../host-options.js";
import { absent, type OptionSection } from "../row.js";

export const CHARACTER: OptionSection = {
  title: "Character device options",
  rows: [
    {
      names: ["serial"],
      argument: "stdio|mon:stdio|file:name|null|none|chardev:id",
      help: "where the next serial port leads",
      apply: (state, option, value) => void state.serials.push({ option, value }),
    },
    {
      names: ["monitor"],
      argument: "stdio|null|none|file:name",
      help: "where the monitor is",
      apply: (state, option, value) => void state.monitors.push({ option, value }),
    },
    {
      names: ["debugcon"],
      argument: "stdio|file:name|null",
      help: "where the debug console leads",
      apply: (state, option, value) => void state.debugcons.push({ option, value }),
    },
    absent("parallel", "parallel port"),
    {
      names: ["chardev"],
      argument: "stdio|null|file,id=id[,path=name][,mux=on|off][,signal=on|off]",
      help: "a character device to be named by others",
      apply: (state, option, value) => applyChardev(state.config, option, value),
    },
    {
      names: ["mon"],
      argument: "[chardev=]id",
      help: "a monitor on a character device",
      apply: (state, option, value) => applyMon(state.config, option, value),
    },
    {
      names: ["echr"],
      argument: "n",
      help: "code of the key that begins the terminal's commands (default 1, Ctrl-A)",
      apply: (state, option, value) => applyEscape(state.config, option, value),
    },
  ],
};
