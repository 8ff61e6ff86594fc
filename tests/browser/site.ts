// The built page, served as `npm start` serves it.

import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildGuest } from "../guest.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Site {
  readonly address: string;
  close(): void;
}

/** Builds the page, and the guest if it is missing. */
export function buildSite(): void {
  const { status, stderr } = spawnSync("npm", ["run", "-s", "build:page"], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`the page could not be built: ${stderr}`);
  buildGuest();
}

/** Starts tools/serve.mjs on a free port. */
export async function serveSite(isolated: boolean): Promise<Site> {
  const child = spawn(process.execPath, ["tools/serve.mjs", "--port", "0", ...(isolated ? [] : ["--no-isolation"])], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
      const match = /http:\S+/.exec(text);
      if (match) resolve(match[0]);
    });
    child.once("exit", (status) => reject(new Error(`tools/serve.mjs ended with status ${status}`)));
  });
  return { address, close: () => void child.kill() };
}
