import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { program } from "../programs.js";
import type { Browser } from "./browser.js";
import { countThreads } from "./threads.js";
import { type Capabilities, type Command, webDriver } from "./webdriver.js";

const START_MS = 60_000;
const SCRIPT_MS = 60_000;
/** What WebKit calls the threads of workers, as far as Linux keeps a thread's name. */
const WORKER_THREAD = "WebCore: Worker";

/** Method and path of a command (W3C WebDriver, section 6.1), behind the session's address. */
const ENDPOINTS: Record<Command, (parameters: { id?: string }) => string> = {
  Navigate: () => "POST url",
  ExecuteAsyncScript: () => "POST execute/async",
  PerformActions: () => "POST actions",
  FindElement: () => "POST element",
  ElementClick: ({ id }) => `POST element/${id}/click`,
  TakeScreenshot: () => "GET screenshot",
  SetWindowRect: () => "POST window/rect",
};

/** Debian's WebKitGTK in its own small browser, on a screen that nobody sees, with no profile. */
export async function startWebKit(): Promise<Browser> {
  const binary = program("miniBrowser");
  const folder = await mkdtemp(join(tmpdir(), "wasmachine-webkit-"));
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = spawn(program("xvfb"), ["-displayfd", "3", "-screen", "0", "1000x800x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      detached: true,
    });
    children.push(screen);
    const display = await firstLine(screen, screen.stdio[3] as Readable);
    const port = await freePort();
    const driver = spawn(program("webKitWebDriver"), [`--port=${port}`], {
      stdio: "ignore",
      detached: true,
      env: { ...process.env, DISPLAY: `:${display}`, HOME: folder, XDG_RUNTIME_DIR: folder, GDK_BACKEND: "x11" },
    });
    children.push(driver);
    const root = `http://127.0.0.1:${port}/session`;
    const options = { "webkitgtk:browserOptions": { binary, args: ["--automation"] } };
    const start = () => request("POST", root, { capabilities: { alwaysMatch: options } });
    const { sessionId, capabilities } = (await whenUp(start)) as { sessionId: string; capabilities: Capabilities };
    const session = `${root}/${sessionId}`;
    await request("POST", `${session}/timeouts`, { script: SCRIPT_MS, pageLoad: SCRIPT_MS });
    await request("POST", `${session}/window/rect`, { x: 0, y: 0, width: 1000, height: 800 });
    return webDriver(
      "webkitgtk",
      capabilities,
      (command, parameters) => {
        const [method, path] = ENDPOINTS[command](parameters).split(" ") as [string, string];
        return request(method, `${session}/${path}`, parameters);
      },
      () => countThreads(driver.pid!, WORKER_THREAD),
      async () => {
        await request("DELETE", session).catch(() => {});
        await close();
      },
    );
  } catch (error) {
    await close();
    throw new Error(`WebKitGTK did not start: ${(error as Error).message}`);
  }
}

/** One command and its answer; rejects with what the driver says when it fails. */
async function request(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, method === "POST" ? { method, body: JSON.stringify(body) } : { method });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${error}: ${message}`);
}

/** Repeats what fails while the driver does not listen yet. */
async function whenUp<T>(action: () => Promise<T>): Promise<T> {
  const end = Date.now() + START_MS;
  while (true) {
    try {
      return await action();
    } catch (error) {
      // fetch() says so of a connection that is refused.
      if (!(error instanceof TypeError) || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function firstLine(child: ChildProcess, stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.on("data", (chunk: Buffer) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.trim());
    });
    child.once("exit", (status) => reject(new Error(`${child.spawnfile} ended with status ${status}`)));
  });
}

/** The driver takes no port of its own choice. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Ends a child with all it has started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
  await exited;
}
