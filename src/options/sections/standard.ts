// What the machine is made of.

import { applyCpu, cpuHelp } from "../cpu.js";
import { deviceHelp, parseDevice, parseObject } from "../device.js";
import { optionError } from "../error.js";
import { applyBoot, applyName, applyUuid } from "../host-options.js";
import { isLoader, parseLoader } from "../loader.js";
import { ACCEL_HELP, applyAccel, applyMachine, applyMemory, applySmp, machineHelp } from "../machine-options.js";
import { applyFilterDump } from "../network.js";
import { HELP_MARK, help, type OptionSection, VERSION_MARK } from "../row.js";

export const STANDARD: OptionSection = {
  title: "Standard options",
  rows: [
    {
      names: ["help", "h"],
      help: "display this help and exit",
      apply: (state) => {
        state.text = HELP_MARK;
      },
    },
    {
      names: ["version"],
      help: "display version information and exit",
      apply: (state) => {
        state.text = VERSION_MARK;
      },
    },
    {
      names: ["machine", "M"],
      argument: "[type=]name[,prop=value...]",
      help: "machine type and its properties (-M help and -M NAME,help list them)",
      apply(state, option, value) {
        const { machines } = state.catalogue;
        state.text = machineHelp(machines, value);
        if (state.text === undefined) applyMachine(state.config, machines, option, value);
      },
    },
    {
      names: ["cpu"],
      argument: "model[,+feature|-feature...][,prop=value...]",
      help: "CPU model and its features (-cpu help lists them)",
      apply(state, option, value) {
        const { cpus } = state.catalogue.guest;
        if (!help(() => cpuHelp(cpus), value, state)) applyCpu(state.config, cpus, option, value);
      },
    },
    {
      names: ["accel"],
      argument: "tcg[,tb-size=n][,thread=single|multi][,one-insn-per-tb=on|off]",
      help: "tb-size: limit of generated code in MiB",
      apply(state, option, value) {
        if (help(() => ACCEL_HELP, value, state)) return;
        state.accels.last = { option, value };
        applyAccel(state.accels, option, value);
      },
    },
    {
      names: ["smp"],
      argument: "1",
      help: "number of CPUs",
      apply: (_state, option, value) => applySmp(option, value),
    },
    {
      names: ["m"],
      argument: "[size=]megs",
      help: "RAM (suffixes k, M, G; default 128M)",
      apply: (state, option, value) => applyMemory(state.config, option, value),
    },
    {
      names: ["boot"],
      argument: "[order=drives][,once=drives][,menu=on|off]",
      help: "boot order told to the firmware",
      apply: (state, option, value) => applyBoot(state.config, option, value),
    },
    {
      names: ["name"],
      argument: "string",
      help: "name of the machine",
      apply: (state, option, value) => applyName(state.config, option, value),
    },
    {
      names: ["uuid"],
      argument: "uuid",
      help: "identity of the machine in its SMBIOS tables",
      apply: (state, option, value) => applyUuid(state.config, option, value),
    },
    {
      names: ["device"],
      argument: "driver[,prop=value...]",
      help: "add a device (-device help lists them); loader,file=f[,addr=a][,cpu-num=0] puts a file into memory",
      apply(state, option, value) {
        state.text = deviceHelp(state.catalogue.devices, value);
        if (state.text !== undefined) return;
        if (isLoader(value)) {
          state.config.loads.push(parseLoader(option, value));
          return;
        }
        const device = parseDevice(state.catalogue.devices, option, value);
        if (device.id !== undefined && state.config.devices.some((other) => other.id === device.id)) {
          throw optionError(option, value, `Duplicate device ID '${device.id}'`);
        }
        state.config.devices.push(device);
        state.deviceSources.push({ option, value });
      },
    },
    {
      names: ["object"],
      argument: "rng-random|rng-builtin,id=id[,filename=file] | filter-dump,id=id,netdev=id,file=file[,maxlen=n]",
      help: "a source of random numbers for virtio-rng-pci, or a file with all frames of a network",
      apply: (state, option, value) => {
        if (/^(qom-type=)?filter-dump(,|$)/.test(value)) {
          applyFilterDump(state, option, value);
          return;
        }
        const source = parseObject(option, value);
        if (state.config.rngSources.some((other) => other.id === source.id)) {
          throw optionError(option, value, `Duplicate ID '${source.id}' for object`);
        }
        state.config.rngSources.push(source);
      },
    },
  ],
};
