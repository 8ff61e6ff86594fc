import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { coreFile } from "../arch/guest.js";
import { UNPACK_FILE } from "../boot/unpack-module.js";
import { sharedModule } from "../engine/shared.js";
import { DEFAULT_GUEST } from "../guests/programs.js";
import { MachineError } from "../machine/host.js";
import { setV8Flags } from "./v8.js";

/** A guest's core, compiled, as a machine is made with it. */
export interface Core {
  readonly module: WebAssembly.Module;
  /** It is for memory that threads share, which every process has. */
  readonly shared: boolean;
}

/** A guest's core, compiled, and V8 made ready for what is compiled at run time. It lies in dist/, where the build puts it, whether this
 *  file runs from there or from src/. */
export function loadCore(guest: string = DEFAULT_GUEST, shared = true): Core {
  setV8Flags();
  const name = coreFile(guest);
  try {
    return compile(readBuilt(name), shared);
  } catch (error) {
    throw notBuilt(name, error);
  }
}

/** A core in a file of the user's. Throws MachineError naming it. */
export function loadCoreFile(file: string): Core {
  try {
    return compile(new Uint8Array(fs.readFileSync(file)), true);
  } catch (error) {
    throw new MachineError(`could not load ${file}: ${(error as Error).message}`, { code: "ERR_FILE", cause: error });
  }
}

function compile(bytes: Uint8Array<ArrayBuffer>, shared: boolean): Core {
  return { module: new WebAssembly.Module(shared ? sharedModule(bytes) : bytes), shared };
}

/** Guests' cores that a process has compiled for its machines. */
const compiled = new Map<string, Core>();

/**
 * The same for every machine of this process: a later one begins sooner, and V8 11 keeps 40 bytes for each type of each module that it
 * has read, for as long as the process runs. Undefined where it cannot be loaded: the machine's own thread says why.
 */
export function processCore(guest: string): Core | undefined {
  let core = compiled.get(guest);
  if (core) return core;
  try {
    core = loadCore(guest);
  } catch {
    return undefined;
  }
  compiled.set(guest, core);
  return core;
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
