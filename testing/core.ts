// The core of the x86 guest and unpack.wasm, for tests that drive them without a machine.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function coreModule(): WebAssembly.Module {
  return new WebAssembly.Module(built("core-x86_64.wasm"));
}

export function unpackModule(): Uint8Array<ArrayBuffer> {
  return built("unpack.wasm");
}

function built(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`../dist/${name}`, import.meta.url))));
}
