import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { coreFile } from "../arch/guest.js";
import { UNPACK_FILE } from "../boot/unpack-module.js";
import { sharedModule } from "../engine/shared.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { MachineError } from "../machine/host.js";
import { setV8Flags } from "./v8.js";

/** A guest's core, compiled, and V8 made ready for what is compiled at run time. It lies in dist/, where the build puts it, whether this
 *  file runs from there or from src/. `shared`: for memory that threads share. */
export function loadCoreModule(guest: string = DEFAULT_GUEST, shared = false): WebAssembly.Module {
  setV8Flags();
  const name = coreFile(guest);
  try {
    const bytes = readBuilt(name);
    return new WebAssembly.Module(shared ? sharedModule(bytes) : bytes);
  } catch (error) {
    throw notBuilt(name, error);
  }
}

/** Guests' cores that a process has compiled for its machines. */
const compiled = new Map<string, WebAssembly.Module>();

/**
 * The same for every machine of this process: a later one begins sooner, and V8 11 keeps 40 bytes for each type of each module that it
 * has read, for as long as the process runs. Undefined where it cannot be loaded: the machine's own thread says why.
 */
export function sharedCore(guest: string): WebAssembly.Module | undefined {
  let module = compiled.get(guest);
  if (module) return module;
  try {
    module = loadCoreModule(guest);
  } catch {
    return undefined;
  }
  compiled.set(guest, module);
  return module;
}

/** The bytes of unpack.wasm, which lies beside the core. */
export async function readUnpackModule(): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return readBuilt(UNPACK_FILE);
  } catch (error) {
    throw notBuilt(UNPACK_FILE, error);
  }
}

function built(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
}

function readBuilt(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fs.readFileSync(built(name)));
}

function notBuilt(name: string, error: unknown): MachineError {
  return new MachineError(`could not load ${built(name)}: ${(error as Error).message} (npm run build makes it)`, {
    code: "ERR_FILE",
    cause: error,
  });
}
