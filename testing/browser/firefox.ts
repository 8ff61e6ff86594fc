import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "../programs.js";
import type { Browser } from "./browser.js";
import { Marionette } from "./marionette.js";
import { countThreads } from "./threads.js";
import { type Capabilities, webDriver } from "./webdriver.js";

const PREFERENCES: Record<string, string | number | boolean> = {
  // Any free port; the browser writes it to a file of its profile.
  "marionette.port": 0,
  "app.update.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage": "about:blank",
  "browser.startup.page": 0,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "toolkit.telemetry.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "extensions.update.enabled": false,
};
const START_MS = 60_000;
/** What Firefox calls the threads of workers. */
const WORKER_THREAD = "DOM Worker";

/** Debian's Firefox ESR without a window, with a new profile. */
export async function startFirefox(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "wasmachine-firefox-"));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  await writeFile(join(profile, "user.js"), lines.join("\n"));
  const child = spawn(program("firefox"), ["--headless", "--marionette", "--no-remote", "--profile", profile], {
    stdio: ["ignore", "ignore", "pipe"],
    // Firefox refuses to run as root in the home of somebody else.
    env: { ...process.env, HOME: profile, MOZ_HEADLESS_WIDTH: "1000", MOZ_HEADLESS_HEIGHT: "800" },
  });
  let complaints = "";
  child.stderr!.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk).slice(-4000);
  });
  const clean = async (): Promise<void> => {
    await ended(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const marionette = await Marionette.connect(await portOf(child, join(profile, "MarionetteActivePort")));
    const { capabilities } = await marionette.send<{ capabilities: Capabilities }>("WebDriver:NewSession", {
      capabilities: { alwaysMatch: {} },
    });
    await marionette.send("WebDriver:SetTimeouts", { script: 60_000, pageLoad: 60_000 });
    return webDriver(
      "firefox-esr",
      capabilities,
      async (command, parameters) => {
        const { value } = await marionette.send<{ value: unknown }>(`WebDriver:${command}`, {
          sandbox: null,
          full: false,
          ...parameters,
        });
        return value;
      },
      () => countThreads(child.pid!, WORKER_THREAD),
      async () => {
        await marionette.send("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
        marionette.close();
        await clean();
      },
    );
  } catch (error) {
    await clean();
    throw new Error(`firefox-esr did not start: ${(error as Error).message}\n${complaints}`);
  }
}

async function portOf(child: ChildProcess, file: string): Promise<number> {
  const end = Date.now() + START_MS;
  while (Date.now() < end && child.exitCode === null) {
    if (existsSync(file)) {
      const port = Number(await readFile(file, "utf8"));
      if (port > 0) return port;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(child.exitCode === null ? "it names no port" : `it ended with status ${child.exitCode}`);
}

/** Waits for the process a little, then ends it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exited;
  clearTimeout(timer);
}
