// The built page, served as `npm start` serves it.

import { spawn } from "node:child_process";
import { GUEST, ROOT } from "../guest.js";

export interface Site {
  readonly address: string;
  close(): void;
}

/** Starts tools/serve.mjs of the checkout `root` on a free port, with the tests' guest or the one in `pack`. */
export async function serveSite(isolated: boolean, pack = GUEST, root = ROOT): Promise<Site> {
  const options = ["--port", "0", "--pack", pack, ...(isolated ? [] : ["--no-isolation"])];
  const child = spawn(process.execPath, ["tools/serve.mjs", ...options], {
    cwd: root,
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
