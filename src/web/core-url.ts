/** core.wasm as this package has it: beside the folder of this module. (The page's build puts its own place here.) */
export function defaultCoreUrl(): URL {
  return new URL("../core.wasm", import.meta.url);
}
