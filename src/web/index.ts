// wasmachine in a page: createMachine() starts a worker and gives its remote control.

import type { Machine, MachineFile, MachineOptions } from "../api/api.js";
import { MachineClient } from "../api/client/client.js";
import { readCommandLine } from "../api/client/command-line.js";
import { addParts, addState } from "../api/client/parts.js";
import type { CreateMessage, FromMachine, PostedFile, ToMachine } from "../api/messages.js";
import type { GuestName } from "../guests/guests.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { folderOf } from "./names.js";
import { workerPort } from "./ports.js";

export * from "../api/public.js";
export { deleteOverlay, type KeptOverlay, listOverlays } from "./kept/overlays.js";
export { exportOverlay, importOverlay } from "./kept/transfer.js";

/**
 * Makes a machine and begins to load what its command line names; start() switches it on. Nothing is thrown but for
 * arguments that cannot be split and for options that are not there yet: failures come as the event "error", and from start() and `finished`.
 */
export function createMachine(options: MachineOptions): Machine {
  const { guest, args } = readCommandLine(options);
  const files: Record<string, PostedFile> = {};
  for (const [name, file] of Object.entries(options.files ?? {})) files[name] = posted(file);
  addParts(options, args, files, posted);
  const state = addState(options, files, posted);
  const { filesUrl, fileOrigins = [], coreUrl, holdInput = false, agent = true } = options;
  const workerUrl =
    options.workerUrl === undefined ? new URL("./worker.js", import.meta.url) : new URL(absolute(options.workerUrl));
  const worker = startWorker(workerUrl, options.workerUrl === undefined);
  const create: CreateMessage = {
    type: "create",
    guest,
    arguments: args,
    files,
    filesUrl: filesUrl === undefined ? undefined : folderOf(filesUrl, document.baseURI).href,
    origins: fileOrigins.map((origin) => new URL(origin).origin),
    pageOrigin: location.origin,
    coreUrl: absolute(coreUrl ?? defaultCoreUrl(guest)),
    ...{ holdInput, agent, ...state },
  };
  const machine = new MachineClient(workerPort<ToMachine, FromMachine>(worker, workerUrl.href), create, (sentence) =>
    console.error(`wasmachine: ${sentence}`),
  );
  const leave = (): void => machine.leave();
  addEventListener("pagehide", leave);
  machine.on("state", (state) => {
    if (state === "ended") removeEventListener("pagehide", leave);
  });
  return machine;
}

function posted(file: MachineFile): PostedFile {
  return typeof file === "string" || file instanceof URL ? absolute(file) : file;
}

function absolute(url: string | URL): string {
  return new URL(url, document.baseURI).href;
}

function startWorker(url: URL, own: boolean): Worker {
  if (url.origin !== location.origin && url.protocol !== "blob:") return new Worker(bootstrap(url.href), MODULE);
  // Written out in one piece, because that is how bundlers recognise a worker.
  if (own) return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return new Worker(url, MODULE);
}

/** The guest's core as this package has it: beside this module. Written out, because that is how bundlers recognise a file. */
const CORES: Record<GuestName, () => URL> = {
  riscv64: () => new URL("./core-riscv64.wasm", import.meta.url),
  x86_64: () => new URL("./core-x86_64.wasm", import.meta.url),
};

/** Any where there is no such guest: the worker says so before it loads it. */
function defaultCoreUrl(guest: string): URL {
  return CORES[Object.hasOwn(CORES, guest) ? (guest as GuestName) : DEFAULT_GUEST]();
}

const MODULE = { type: "module" } as const;
const bootstraps = new Map<string, string>();

/**
 * A worker has to come from the page's own origin, but may import from others: the address of a worker that does only that. It
 * is kept, since the worker starts another one from it.
 */
function bootstrap(url: string): string {
  let address = bootstraps.get(url);
  if (address === undefined) {
    address = URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" }));
    bootstraps.set(url, address);
  }
  return address;
}
