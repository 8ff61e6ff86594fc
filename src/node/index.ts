// wasmachine in Node: createMachine() starts a thread and gives the machine's remote control, as in a page.

import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import type { Machine, MachineFile, MachineOptions } from "../api/api.js";
import { MachineClient } from "../api/client/client.js";
import { readCommandLine } from "../api/client/command-line.js";
import { addParts, addState } from "../api/client/parts.js";
import type { FromMachine, PostedFile, ToMachine } from "../api/messages.js";
import { processCore } from "./core-module.js";
import { startThread, type ThreadPort, threadPort } from "./ports.js";
import { startRegionThread } from "./region-thread.js";

export * from "../api/public.js";

// dist/node/index.js and src/node/index.ts lie equally deep in the package.
const WORKER = new URL("../../dist/node/machine-worker.js", import.meta.url);

/**
 * Makes a machine; start() switches it on. Nothing is thrown but for arguments that cannot be split and options that are not there
 * yet: failures come as the event "error", and from start() and `finished`.
 */
export function createMachine(options: MachineOptions): Machine {
  const { guest, args } = readCommandLine(options);
  const files: Record<string, PostedFile> = {};
  for (const [name, file] of Object.entries(options.files ?? {})) files[name] = posted(file);
  addParts(options, args, files, posted);
  const state = addState(options, files, posted);
  const { filesUrl, coreUrl, holdInput = false, agent = true } = options;
  const core = coreUrl === undefined ? processCore(guest) : undefined;
  return new MachineClient(
    startMachine(options.workerUrl === undefined ? WORKER : path(options.workerUrl), guest),
    {
      type: "create",
      guest,
      arguments: args,
      files,
      filesUrl: filesUrl === undefined ? undefined : path(filesUrl),
      origins: [],
      pageOrigin: "",
      coreUrl: coreUrl === undefined ? "" : path(coreUrl),
      ...{ holdInput, agent, ...state },
      ...(core ? { core } : {}),
    },
    (sentence) => console.error(`wasmachine: ${sentence}`),
  );
}

/**
 * The machine's thread and the one that makes its regions. Both are started from here: Node forgets to take out of its list of
 * threads what a thread has started that is ended (lib/internal/worker/messaging.js), some kilobytes each time.
 */
function startMachine(worker: URL | string, guest: string): ThreadPort<ToMachine, FromMachine> {
  const { port1, port2 } = new MessageChannel();
  const regions = startRegionThread(guest, port2);
  const machine = threadPort<ToMachine, FromMachine>(startThread(worker, { guest, other: port1 }));
  const { close } = machine;
  machine.close = () => {
    close();
    regions.close();
  };
  return machine;
}

function posted(file: MachineFile): PostedFile {
  return typeof file === "string" || file instanceof URL ? path(file) : (file as PostedFile);
}

function path(place: string | { readonly href: string }): string {
  const text = typeof place === "string" ? place : place.href;
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}
