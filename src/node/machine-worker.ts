// The thread that a machine of createMachine() runs in.

import { resolve, sep } from "node:path";
import { performance } from "node:perf_hooks";
import type { CreateMessage } from "../api/messages.js";
import { MachineServer } from "../api/server/server.js";
import { VERSION } from "../base/version.js";
import { MemoryBackend } from "../block/backends/memory.js";
import type { BlockBackend } from "../block/interfaces.js";
import { DEVICES } from "../devices/devices.js";
import { loadGuest } from "../guests/guests.js";
import { programName } from "../guests/programs.js";
import { MachineError, type MachineHost } from "../machine/host.js";
import type { RegionHelperPort } from "../machine/region-helper.js";
import { MACHINES } from "../machines/machines.js";
import { loadCore, loadCoreFile, readUnpackModule } from "./core-module.js";
import { createNodeHost } from "./host.js";
import { nodeNetwork } from "./net/network.js";
import { otherPort, ownGuest, ownPort, sayLoaded } from "./ports.js";
import { NodeScheduler } from "./scheduler.js";
// The guest, its machines, devices, and what kernels are unpacked with, are imported when they are wanted; here they are loaded beforehand (see sayLoaded).
import "fflate";
import "fzstd";
import "../api/server/folders.js";
import "../fs/archive/fill.js";
import "../fs/memory/filesystem.js";
import "../block/export/export.js";
import "../net/user/network.js";

const guest = ownGuest();

/** Bytes that were given, or the path of a file. */
async function find(create: CreateMessage, name: string): Promise<Uint8Array | string> {
  const given = Object.hasOwn(create.files, name) ? create.files[name]! : undefined;
  if (typeof given === "string") return given;
  if (given === undefined) return create.filesUrl === undefined ? name : inside(create.filesUrl, name);
  if (given instanceof Uint8Array) return given;
  return new Uint8Array(given instanceof ArrayBuffer ? given : await given.arrayBuffer());
}

/** The path of a name in a folder. Whoever writes the command line need not be who chose the folder. */
function inside(folder: string, name: string): string {
  const root = resolve(folder);
  const file = resolve(root, name);
  if (file.startsWith(root.endsWith(sep) ? root : root + sep)) return file;
  throw new MachineError(
    `could not load '${name}': a command line names files in ${root}, and this name leads out of it`,
    { code: "ERR_FILE" },
  );
}

const loaded = Promise.all([DEVICES.loadAll(), MACHINES.loadAll(guest), loadGuest(guest)]).then(sayLoaded, sayLoaded);
const regions: RegionHelperPort | undefined = otherPort();

new MachineServer(
  ownPort(),
  {
    version: VERSION,
    scheduler: new NodeScheduler(),
    open(create, _config, _progress, warn) {
      const host: MachineHost = createNodeHost({ prefix: programName(guest), onBrokenOutput: () => {}, warn });
      return {
        entropy: host.entropy,
        monotonic: () => host.monotonic(),
        date: () => host.date(),
        async readFile(name, check) {
          const found = await find(create, name);
          if (typeof found !== "string") check?.(found.length, found);
          const bytes = typeof found === "string" ? host.readFile(found, check) : found;
          // A kernel may be unpacked in one call, during which nothing could be said.
          await loaded;
          return bytes;
        },
        async openImage(drive): Promise<BlockBackend> {
          const found = await find(create, drive.file);
          return typeof found === "string" ? host.openImage({ ...drive, file: found }) : new MemoryBackend(found);
        },
        async openFolder(folder) {
          const found = await find(create, folder.path!);
          if (typeof found === "string") return host.openFolder!({ ...folder, path: found });
          throw new MachineError(`fsdev ${folder.id}: '${folder.path}' is a file that was given, and no folder`);
        },
        // A file by TFTP would be one that nobody gave.
        openNetwork: () => ({ ...nodeNetwork(), readFile: async () => undefined }),
        startRegionHelper: () => regions,
        unpackModule: readUnpackModule,
        engineParts: async () =>
          create.core ?? (create.coreUrl === "" ? loadCore(guest) : loadCoreFile(create.coreUrl)),
      };
    },
    every: (milliseconds, action) => void setInterval(action, milliseconds),
  },
  () => performance.now(),
);
