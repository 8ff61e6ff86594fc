// Builds the page and the library for pages without a bundler: dist/page, a static site but for the guest's files (pack/).

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** core.wasm is a file of the site, wherever the site is. */
function coreWasm() {
  return {
    name: "core-wasm",
    enforce: "pre",
    transform(_code, id) {
      if (!id.endsWith("/src/web/core-url.ts")) return;
      const file = JSON.stringify(`${at("dist/core.wasm")}?url`);
      return {
        code: `import url from ${file};\nexport const defaultCoreUrl = () => new URL(url, import.meta.url);\n`,
        map: null,
      };
    },
  };
}

export default defineConfig({
  root: at("src/web/page"),
  base: "./",
  plugins: [coreWasm()],
  worker: { format: "es", plugins: () => [coreWasm()] },
  logLevel: "warn",
  build: {
    outDir: at("dist/page"),
    emptyOutDir: true,
    target: "es2022",
    sourcemap: true,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: at("src/web/page/index.html"), wasmachine: at("src/web/page/embed.ts") },
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: (chunk) => (chunk.name === "wasmachine" ? "wasmachine.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
