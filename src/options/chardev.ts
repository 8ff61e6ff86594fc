// -serial, -monitor, -debugcon, -chardev, -mon: character devices and what is connected to them.

import type { ChardevConfig, MachineConfig } from "./config.js";
import { optionError } from "./error.js";
import { applyList } from "./keyval.js";
import { parseChoice, parseSwitch } from "./values.js";

const OTHER_BACKENDS =
  /^(pty|pipe|tcp|udp|telnet|unix|websocket|braille|msmouse|socket|serial|parport|parallel|COM\d|\/dev\/|ringbuf|spice)/;

/**
 * The character device a short form names: stdio, null, none, vc, file:PATH, mon:X, chardev:ID. Adds it to the
 * configuration and returns its id, or undefined for `none`.
 */
export function shortChardev(
  config: MachineConfig,
  option: string,
  value: string,
  id: string,
): { id: string; monitor: boolean } | undefined {
  if (value === "none") return undefined;
  if (value.startsWith("chardev:")) return { id: value.slice(8), monitor: false };
  const monitor = value.startsWith("mon:");
  const device = monitor ? value.slice(4) : value;
  let chardev: ChardevConfig;
  if (device === "stdio") chardev = { id, kind: "stdio", mux: monitor, signal: !monitor };
  else if (device === "null") chardev = { id, kind: "null", mux: monitor, signal: false };
  else if (/^vc(:.*)?$/.test(device)) chardev = { id, kind: "vc", mux: monitor, signal: false };
  else if (device.startsWith("file:") && device.length > 5) {
    chardev = { id, kind: "file", path: device.slice(5), mux: monitor, signal: false };
  } else if (OTHER_BACKENDS.test(device)) {
    throw optionError(option, value, `character device '${device}' is not supported yet`);
  } else throw optionError(option, value, `'${device}' is not a valid char driver`);
  addChardev(config, option, value, chardev);
  return { id, monitor };
}

/** -chardev KIND,id=ID[,path=][,mux=][,signal=][,append=] */
export function applyChardev(config: MachineConfig, option: string, value: string): void {
  const chardev: ChardevConfig = { id: "", kind: "null", mux: false, signal: true };
  applyList<ChardevConfig>(option, value, "backend", chardev, {
    backend: (target, text, fail) => {
      if (OTHER_BACKENDS.test(text)) fail(`character device '${text}' is not supported yet`);
      if (!["stdio", "null", "file", "vc"].includes(text)) fail(`'${text}' is not a valid char driver name`);
      target.kind = parseChoice(text, "backend", ["stdio", "null", "file", "vc"], fail);
    },
    id: (target, text) => {
      target.id = text;
    },
    path: (target, text) => {
      target.path = text;
    },
    mux: (target, text, fail) => {
      target.mux = parseSwitch(text, "mux", fail);
    },
    signal: (target, text, fail) => {
      target.signal = parseSwitch(text, "signal", fail);
    },
    append: (target, text, fail) => {
      target.append = parseSwitch(text, "append", fail);
    },
  });
  if (chardev.id === "") throw optionError(option, value, "chardev: no id specified");
  if (chardev.kind === "file" && !chardev.path) throw optionError(option, value, "chardev: file: no filename given");
  if (chardev.kind !== "stdio") chardev.signal = false;
  addChardev(config, option, value, chardev);
}

function addChardev(config: MachineConfig, option: string, value: string, chardev: ChardevConfig): void {
  if (config.chardevs.some((other) => other.id === chardev.id)) {
    throw optionError(option, value, `Duplicate ID '${chardev.id}' for chardev`);
  }
  if (chardev.kind === "stdio" && config.chardevs.some((other) => other.kind === "stdio")) {
    throw optionError(option, value, "cannot use stdio by multiple character devices");
  }
  config.chardevs.push(chardev);
}

/** -mon [chardev=]ID[,mode=readline][,pretty=] */
export function applyMon(config: MachineConfig, option: string, value: string): void {
  const target = { chardev: "" };
  applyList<{ chardev: string }>(option, value, "chardev", target, {
    chardev: (into, text) => {
      into.chardev = text;
    },
    mode: (_into, text, fail) => {
      if (text === "control") fail("mode=control (QMP) is not supported yet");
      parseChoice(text, "mode", ["readline"], fail);
    },
    pretty: (_into, text, fail) => void parseSwitch(text, "pretty", fail),
  });
  config.monitors.push(target.chardev);
}
