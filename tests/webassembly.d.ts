// What tests use of the WebAssembly JavaScript API beyond the engine's part (types/webassembly.d.ts).

type BufferSource = Uint8Array;

declare namespace WebAssembly {
  type ModuleImports = Record<string, unknown>;
  function validate(bytes: BufferSource): boolean;
}
