// node tools/run-ts.mjs tools/recipes.ts: tries the README's recipes for bundlers that this repository does not have. It installs
// them from npm into a temporary folder, bundles a page with each, and opens it in Chromium.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { startChromium } from "../testing/browser/chromium.js";
import { html, type Project, program, project, serveFolder, works } from "../testing/browser/recipes.js";

const RECIPES: Record<
  string,
  { packages: string[]; bundle(folder: Project, run: (...command: string[]) => void): void }
> = {
  webpack: {
    packages: ["webpack", "webpack-cli"],
    bundle(folder, run) {
      folder.write("src/index.js", program("wasmachine", "wasmachine/terminal"));
      run("webpack", "--mode", "production", "--output-path", "site");
      folder.write("site/index.html", html("./main.js", "./terminal.css"));
      folder.copy("node_modules/wasmachine/dist/page/terminal.css", "site/terminal.css");
    },
  },
  esbuild: {
    packages: ["esbuild"],
    bundle(folder, run) {
      folder.write("main.js", program("wasmachine", "wasmachine/terminal"));
      run("esbuild", "main.js", "--bundle", "--format=esm", "--outfile=site/main.js");
      folder.write("site/index.html", html("./main.js", "./terminal.css"));
      const page = "node_modules/wasmachine/dist/page";
      const needed = (name: string): boolean => /^worker.*\.js$|\.wasm$/.test(name);
      for (const name of [...readdirSync(folder.file(page)).filter(needed), "terminal.css"])
        folder.copy(`${page}/${name}`, `site/${name}`);
    },
  },
};

const browser = await startChromium();
try {
  for (const [name, { packages, bundle }] of Object.entries(RECIPES)) {
    const folder = project();
    try {
      const options = { cwd: folder.path, stdio: ["ignore", 2, 2] as ["ignore", number, number] };
      execFileSync(
        "npm",
        ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder.file("tools"), ...packages],
        options,
      );
      bundle(
        folder,
        (program, ...args) => void execFileSync(folder.file(`tools/node_modules/.bin/${program}`), args, options),
      );
      folder.copy("pack", "site/pack");
      const site = await serveFolder(folder.file("site"));
      await works(browser, `${site.address}`);
      site.close();
      console.log(`${name}: works`);
    } finally {
      folder.remove();
    }
  }
} finally {
  await browser.close();
}
