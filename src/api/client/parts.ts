// Options of createMachine() that are objects: each stands for options of a command line, and is read like those.

import type { MachineOptions } from "../api.js";
import type { DriveOptions, FolderOptions } from "../services.js";

type Parts = Pick<MachineOptions, "machine" | "cpu" | "drives" | "folders" | "devices">;

/** Name of the saved state among the files: one that no command line has. */
const STATE = "state:";

/** What a machine is to go on from, as its message says it. */
export function addState<F>(
  { state }: Pick<MachineOptions, "state">,
  files: Record<string, F>,
  posted: (file: DriveOptions["file"]) => F,
): { state?: string } {
  if (state === undefined) return {};
  files[STATE] = posted(state);
  return { state: STATE };
}

/** Adds them to a command line and its files. Throws MachineError for what is not there yet. */
export function addParts<F>(
  { machine, cpu, drives = [], folders = {}, devices = [] }: Parts,
  args: string[],
  files: Record<string, F>,
  posted: (file: DriveOptions["file"]) => F,
): void {
  if (machine) {
    const { type, ...properties } = machine;
    args.push("-machine", list(type, properties));
  }
  if (cpu) {
    const { model, features = {}, ...properties } = cpu;
    args.push("-cpu", list(model, { ...features, ...properties }));
  }
  addDrives(drives, args, files, posted);
  addFolders(folders, args, files, posted);
  for (const { driver, ...properties } of devices) args.push("-device", list(driver, properties));
}

type Value = string | number | boolean | undefined;

/** `FIRST,name=value,...`, without those that are undefined. */
function list(first: string, values: Readonly<Record<string, Value>>): string {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  const words = set.map(([name, value]) => `${name}=${typeof value === "boolean" ? (value ? "on" : "off") : value}`);
  // A comma in a value is written twice.
  return [first, ...words].map((word) => word.replaceAll(",", ",,")).join(",");
}

function addDrives<F>(
  drives: readonly DriveOptions[],
  args: string[],
  files: Record<string, F>,
  posted: (file: DriveOptions["file"]) => F,
): void {
  for (const [index, { file, id, persist, readOnly = false, snapshot = false }] of drives.entries()) {
    const name = `drives[${index}].file`;
    files[name] = posted(file);
    const flags = `${readOnly ? ",readonly=on" : ""}${snapshot ? ",snapshot=on" : ""}`;
    const overlay = persist === undefined ? "" : `,overlay=opfs:${persist.replaceAll(",", ",,")}`;
    const named = id === undefined ? "" : `,id=${id.replaceAll(",", ",,")}`;
    args.push("-drive", `if=virtio,format=raw,file=${name}${named}${flags}${overlay}`);
  }
}

function addFolders<F>(
  folders: Readonly<Record<string, FolderOptions>>,
  args: string[],
  files: Record<string, F>,
  posted: (file: DriveOptions["file"]) => F,
): void {
  for (const [index, [tag, folder]] of Object.entries(folders).entries()) {
    const { path, securityModel, archive, size, readOnly, protocol = "9p" } = folder;
    const id = `folders${index}`;
    const named = (property: string, file: DriveOptions["file"] | undefined): string | undefined => {
      if (file === undefined) return undefined;
      const name = `folders["${tag}"].${property}`;
      files[name] = posted(file);
      return name;
    };
    const driver = path === undefined ? "memory" : "local";
    const security_model = securityModel ?? (path === undefined ? undefined : "mapped-file");
    const [place, contents] = [named("path", path), named("archive", archive)];
    args.push("-fsdev", list(driver, { id, path: place, security_model, archive: contents, size, readonly: readOnly }));
    if (protocol === "9p") args.push("-device", list("virtio-9p-pci", { fsdev: id, mount_tag: tag }));
    else args.push("-device", list("virtio-fs-pci", { fsdev: id, tag }));
  }
}
