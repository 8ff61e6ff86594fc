// What options that are objects stand for on a command line; the types say which there are.

import { describe, expect, it } from "vitest";
import { parseArguments } from "../../machines/arguments.js";
import type { MachineOptions } from "../api.js";
import { addParts } from "./parts.js";

type Parts = Parameters<typeof addParts>[0];

function added(parts: Parts): { args: string[]; files: Record<string, unknown> } {
  const [args, files] = [[] as string[], {}];
  addParts<unknown>(parts, args, files, (file) => file);
  return { args, files };
}

describe("options.drives", () => {
  it("are disks of the command line", () => {
    const { args, files } = added({ drives: [{ file: "a,b" }, { file: "c", readOnly: true, snapshot: true }] });
    expect(args).toEqual([
      "-drive",
      "if=virtio,format=raw,file=drives[0].file",
      "-drive",
      "if=virtio,format=raw,file=drives[1].file,readonly=on,snapshot=on",
    ]);
    expect(files).toEqual({ "drives[0].file": "a,b", "drives[1].file": "c" });
  });

  it("keep what is written under a name", () => {
    const { args } = added({ drives: [{ file: "a", persist: "work,b" }] });
    expect(args).toEqual(["-drive", "if=virtio,format=raw,file=drives[0].file,overlay=opfs:work,,b"]);
  });
});

it("options.folders are folders of the command line with their devices", () => {
  const folders = {
    work: { path: "a,b" },
    lib: { archive: "lib.tar", size: 1000, readOnly: true, protocol: "virtiofs" },
  } as const;
  const { args, files } = added({ folders });
  expect(args).toEqual([
    ...["-fsdev", 'local,id=folders0,path=folders["work"].path,security_model=mapped-file'],
    ...["-device", "virtio-9p-pci,fsdev=folders0,mount_tag=work"],
    ...["-fsdev", 'memory,id=folders1,archive=folders["lib"].archive,size=1000,readonly=on'],
    ...["-device", "virtio-fs-pci,fsdev=folders1,tag=lib"],
  ]);
  expect(files).toEqual({ 'folders["work"].path': "a,b", 'folders["lib"].archive': "lib.tar" });
});

it("options.devices are devices of the command line, typed by their rows", () => {
  const { args } = added({
    devices: [
      { driver: "isa-debug-exit", iobase: 0x501 },
      { driver: "virtio-rng", id: "a,b" },
    ],
  });
  expect(args).toEqual(["-device", "isa-debug-exit,iobase=1281", "-device", "virtio-rng,id=a,,b"]);
});

it("options.machine and options.cpu are those of the command line, typed by their rows", () => {
  const { args } = added({
    machine: { type: "pc", hpet: false, "max-ram-below-4g": 2 ** 30 },
    cpu: { model: "max", features: { aes: false, "sse4.2": true }, vendor: "Wasm,machine" },
  });
  expect(args).toEqual([
    ...["-machine", "pc,hpet=off,max-ram-below-4g=1073741824"],
    ...["-cpu", "max,aes=off,sse4.2=on,vendor=Wasm,,machine"],
  ]);
  const parsed = parseArguments(args, { name: "", version: "" });
  if (parsed.kind !== "machine") throw new Error(parsed.text);
  expect(parsed.config.machine).toEqual({ type: "pc", properties: { hpet: false, "max-ram-below-4g": 2 ** 30 } });
  expect(parsed.config.cpu).toEqual({
    model: "max",
    features: [
      { name: "aes", on: false },
      { name: "sse4.2", on: true },
    ],
    properties: { vendor: "Wasm,machine" },
  });
});

it("names and values that no row has are refused by the compiler", () => {
  const options: MachineOptions[] = [
    // @ts-expect-error: no machine has that name
    { arguments: "", machine: { type: "flux" } },
    // @ts-expect-error: not a property of that machine
    { arguments: "", machine: { type: "pc", flux: 1 } },
    // @ts-expect-error: not a value of that property
    { arguments: "", machine: { type: "pc", hpet: 1 } },
    // @ts-expect-error: no CPU has that name
    { arguments: "", cpu: { model: "flux" } },
    // @ts-expect-error: not a property of that guest's CPUs
    { arguments: "", cpu: { model: "rv64", vendor: "AuthenticAMD" } },
    // @ts-expect-error: no device has that name
    { arguments: "", devices: [{ driver: "flux-capacitor" }] },
    // @ts-expect-error: not a property of that device
    { arguments: "", devices: [{ driver: "isa-debug-exit", flux: 1 }] },
  ];
  expect(options).toHaveLength(7);
});
