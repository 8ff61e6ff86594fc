// The worker that a machine runs in.

import type { LoadProgress } from "../api/api.js";
import type { CreateMessage } from "../api/messages.js";
import { MachineServer } from "../api/server/server.js";
import type { Surroundings } from "../api/server/surroundings.js";
import { coreFile } from "../arch/guest.js";
import { VERSION } from "../base/version.js";
import { UNPACK_FILE } from "../boot/unpack-module.js";
import { sharedModule } from "../engine/shared.js";
import { loadGuest } from "../guests/guests.js";
import { MachineError } from "../machine/host.js";
import type { EngineParts } from "../machines/create/create.js";
import { CROWDED_PROCESSORS, HOT_BLOCK_CROWDED, HOT_SYSTEM_BLOCK_CROWDED } from "../tuning/engine.js";
import { createMonotonicClock } from "./clock.js";
import { Download, download } from "./download.js";
import { WebFiles } from "./files.js";
import { openOverlay } from "./kept/overlays.js";
import { ownPort } from "./ports.js";
import { startRegionHelper } from "./region-thread.js";
import { WebScheduler } from "./scheduler.js";

/** Most bytes crypto.getRandomValues gives at once. */
const RANDOM_BYTES = 65536;

const CROWDED = { system: HOT_SYSTEM_BLOCK_CROWDED, user: HOT_BLOCK_CROWDED };

async function loadEngine(
  { coreUrl: url, guest }: CreateMessage,
  progress: (progress: LoadProgress) => void,
): Promise<EngineParts> {
  // Its code in this language comes at the same time.
  const code = loadGuest(guest);
  code.catch(() => {});
  const file = new Download();
  const name = coreFile(guest);
  if (!(await download(name, { url, origins: undefined }, progress, file))) {
    throw new MachineError(`could not load ${name}: there is no file at ${url}`, { code: "ERR_FILE", url });
  }
  try {
    // Only pages that are isolated from others have memory that threads share. WebKitGTK does not say whether this one is.
    const shared = crossOriginIsolated === true;
    return { module: await WebAssembly.compile(shared ? sharedModule(file.bytes) : file.bytes), shared };
  } catch (error) {
    throw new MachineError(`this browser cannot run the engine: ${(error as Error).message}`, { cause: error });
  }
}

/** Written out, because that is how bundlers recognise a file. */
const unpackUrl = (): string => new URL("./unpack.wasm", import.meta.url).href;

/** A boot is slow without it, and comes to an end. */
async function loadUnpackModule(
  progress: (progress: LoadProgress) => void,
  warn: (message: string) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = new Download();
  const url = unpackUrl();
  try {
    if (await download(UNPACK_FILE, { url, origins: undefined }, progress, file)) return file.bytes;
    warn(`there is no file at ${url}; the guest unpacks its kernel itself, which takes longer`);
  } catch (error) {
    warn(`${(error as Error).message}; the guest unpacks its kernel itself, which takes longer`);
  }
  return undefined;
}

function fillRandom(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += RANDOM_BYTES) {
    const piece = new Uint8Array(Math.min(RANDOM_BYTES, bytes.length - at));
    bytes.set(crypto.getRandomValues(piece), at);
  }
}

/** Waits for a machine to be asked for, and runs it. */
export function serveMachine(scope: DedicatedWorkerGlobalScope): void {
  const scheduler = new WebScheduler();
  new MachineServer(ownPort(scope), surroundings(scheduler), () => performance.now());
}

function surroundings(scheduler: WebScheduler): Surroundings {
  return {
    version: VERSION,
    scheduler,
    open(create, config, progress, warn) {
      const files = new WebFiles(create, progress, warn, (busy) => {
        scheduler.busy = busy;
      });
      const parts = loadEngine(create, progress);
      parts.catch(() => {});
      files.prefetch(config);
      return {
        entropy: { fill: fillRandom },
        monotonic: createMonotonicClock(),
        date: () => Date.now(),
        readFile: (name, check) => files.read(name, check),
        openFile: (name) => files.openWhole(name),
        locate: (name) => files.address(name),
        openImage: (drive) => files.open(drive.file),
        openOverlay,
        startRegionHelper,
        unpackModule: () => loadUnpackModule(progress, warn),
        hotBlock: navigator.hardwareConcurrency < CROWDED_PROCESSORS ? CROWDED : undefined,
        engineParts: () => parts,
      };
    },
    every: (milliseconds, action) => void setInterval(action, milliseconds),
  };
}
