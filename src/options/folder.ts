// -fsdev and -virtfs: folders that the guest shares.

import { type FolderConfig, type MachineConfig, SECURITY_MODELS, type SecurityModel } from "./config.js";
import { optionError } from "./error.js";
import { applyList, type Fail, type ParameterHandlers } from "./keyval.js";
import type { ParseState } from "./row.js";
import { parseSize, parseSwitch } from "./values.js";

interface Parsed {
  folder: FolderConfig;
  mountTag?: string;
}

const OTHERS = ["synth", "proxy"];

function model(text: string, fail: Fail): SecurityModel {
  if (text === "mapped" || text === "mapped-xattr") {
    fail(`security_model=${text}: there are no extended attributes of the host's to be had here; use mapped-file`);
  }
  const found = SECURITY_MODELS.find((name) => name === text);
  return found ?? fail(`invalid security_model=${text}: it is one of ${SECURITY_MODELS.join(", ")}`);
}

const HANDLERS: ParameterHandlers<Parsed> = {
  driver: ({ folder }, text, fail) => {
    if (OTHERS.includes(text)) fail(`there is no fsdriver ${text} here: local is a folder, memory is one in memory`);
    if (text !== "local" && text !== "memory") return fail(`fsdriver ${text} not found`);
    folder.driver = text;
  },
  id: ({ folder }, text) => {
    folder.id = text;
  },
  path: ({ folder }, text) => {
    folder.path = text;
  },
  security_model: ({ folder }, text, fail) => {
    folder.securityModel = model(text, fail);
  },
  readonly: ({ folder }, text, fail) => {
    folder.readOnly = parseSwitch(text, "readonly", fail);
  },
  size: ({ folder }, text, fail) => {
    folder.size = parseSize(text, 1, "size", fail);
  },
  archive: ({ folder }, text) => {
    folder.archive = text;
  },
  writeout: (_parsed, text, fail) => {
    if (text !== "immediate") fail(`writeout=${text}: there is only immediate`);
  },
  multidevs: (_parsed, text, fail) => {
    if (text !== "remap" && text !== "warn")
      fail(`multidevs=${text} is not supported: files of all devices have numbers of their own`);
  },
};

function parse(option: string, value: string, more: ParameterHandlers<Parsed> = {}): Parsed {
  const parsed: Parsed = { folder: { id: "", driver: "local", readOnly: false } };
  applyList(option, value, "driver", parsed, { ...HANDLERS, ...more });
  const { driver, path, securityModel, size, archive } = parsed.folder;
  if (driver === "local") {
    if (path === undefined || path === "") throw optionError(option, value, "fsdriver local needs a path=");
    if (securityModel === undefined) {
      throw optionError(option, value, `security_model is missing: it is one of ${SECURITY_MODELS.join(", ")}`);
    }
    if (size !== undefined) throw optionError(option, value, "size= is of fsdriver memory");
    if (archive !== undefined) throw optionError(option, value, "archive= is of fsdriver memory");
  } else if (path !== undefined || securityModel !== undefined) {
    throw optionError(option, value, "fsdriver memory has no path= and no security_model=");
  }
  return parsed;
}

function add(config: MachineConfig, option: string, value: string, folder: FolderConfig): void {
  if (config.folders.some(({ id }) => id === folder.id)) {
    throw optionError(option, value, `Duplicate ID '${folder.id}' for fsdev`);
  }
  config.folders.push(folder);
}

/** -fsdev local|memory,id=ID,... */
export function applyFsdev({ config }: ParseState, option: string, value: string): void {
  const { folder } = parse(option, value);
  if (folder.id === "") throw optionError(option, value, "Parameter 'id' is missing");
  add(config, option, value, folder);
}

/** -virtfs local|memory,mount_tag=TAG,...: the folder and the device that shares it. */
export function applyVirtfs(state: ParseState, option: string, value: string): void {
  const { folder, mountTag } = parse(option, value, {
    mount_tag: (parsed, text) => {
      parsed.mountTag = text;
    },
  });
  if (mountTag === undefined) throw optionError(option, value, "mount_tag is missing: the name the guest mounts");
  // As others name it, who refer to it by that.
  if (folder.id === "") folder.id = mountTag;
  add(state.config, option, value, folder);
  state.config.devices.push({ driver: "virtio-9p-pci", properties: { fsdev: folder.id, mount_tag: mountTag } });
  state.deviceSources.push({ option, value });
}
