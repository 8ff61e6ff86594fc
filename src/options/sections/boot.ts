// What is started.

import { applyFirmwareFile } from "../firmware-file.js";
import { help, type OptionSection } from "../row.js";

export const BOOT: OptionSection = {
  title: "Boot options",
  rows: [
    {
      names: ["kernel"],
      argument: "file",
      help: "bzImage, PVH ELF or multiboot kernel",
      apply: (state, _option, value) => {
        state.config.kernel = value;
      },
    },
    {
      names: ["append"],
      argument: "cmdline",
      help: "kernel command line",
      apply: (state, _option, value) => {
        state.config.append = value;
      },
    },
    {
      names: ["initrd"],
      argument: "file",
      help: "initial RAM disk (multiboot: modules)",
      apply: (state, _option, value) => {
        state.config.initrd = value;
      },
    },
    {
      names: ["dtb"],
      argument: "file",
      help: "device tree, where the machine has one",
      apply: (state, _option, value) => {
        state.config.dtb = value;
      },
    },
    {
      names: ["bios"],
      argument: "file",
      help: "firmware image",
      apply: (state, _option, value) => {
        state.config.bios = value;
      },
    },
    {
      names: ["fw_cfg"],
      argument: "[name=]name,file=file|string=text",
      help: "a file that firmware and guest find under a name (opt/...), where the machine has fw_cfg",
      apply: (state, option, value) => applyFirmwareFile(state.config, option, value),
    },
    {
      names: ["L"],
      argument: "path",
      help: "directory in which firmware is looked for",
      apply(state, _option, value) {
        const { libraryPath } = state.config;
        if (!help(() => libraryPath.map((path) => `${path}\n`).join(""), value, state)) libraryPath.push(value);
      },
    },
  ],
};
