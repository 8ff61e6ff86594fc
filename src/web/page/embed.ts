/** The library as one file, for pages without a bundler: `import { createMachine } from ".../wasmachine.js"`. */
export * from "../index.js";
