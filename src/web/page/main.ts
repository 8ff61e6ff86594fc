// The page: a machine with a terminal and buttons. `?args=` gives another command line, `?files=` another folder of files.

import type { Terminal } from "@xterm/xterm";
import type { MachineState } from "../index.js";
import { BootLog } from "./boot-log.js";
import { ProgressList } from "./progress.js";
import { Session, type SessionView } from "./session.js";

const DEFAULT_COMMAND_LINE = `-m 512M -kernel bzImage -initrd initrd
-drive if=virtio,format=raw,file=rootfs.bin
-append "console=ttyS0 root=/dev/vda"`;

const LABELS: Record<MachineState | "failed", string> = {
  loading: "loading",
  running: "running",
  halted: "halted (idle)",
  stopped: "stopped",
  panicked: "guest panicked",
  ended: "ended",
  failed: "failed",
};

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const parameters = new URLSearchParams(location.search);
const filesUrl = new URL(parameters.get("files") ?? "pack/", document.baseURI);
if (!filesUrl.pathname.endsWith("/")) filesUrl.pathname += "/";
const commandLine = element<HTMLTextAreaElement>("arguments");
const pause = element<HTMLButtonElement>("pause");
const reset = element<HTMLButtonElement>("reset");
const power = element<HTMLButtonElement>("power");
const progress = new ProgressList(element("progress"));
const log = new BootLog();
let session: Session | undefined;
let terminal: Terminal | undefined;

function say(id: "error" | "notice", message: string | undefined): void {
  const place = element(id);
  place.hidden = message === undefined;
  place.textContent = message ?? "";
}

function showState(state: MachineState | "failed"): void {
  const pill = element<HTMLOutputElement>("state");
  pill.dataset.state = state;
  pill.textContent = LABELS[state];
  const over = state === "ended" || state === "failed";
  pause.disabled = state === "loading";
  reset.disabled = power.disabled = over || state === "loading";
  pause.textContent = over ? "Start" : state === "stopped" ? "Continue" : "Pause";
}

const view: SessionView = {
  state: showState,
  progress: (of) => progress.show(of),
  error: (message) => say("error", message),
  notice: (message) => say("notice", message),
  output: (bytes) => log.add(bytes),
};

function boot(): void {
  session?.dispose();
  session = undefined;
  say("error", undefined);
  say("notice", undefined);
  progress.clear();
  log.clear();
  terminal?.reset();
  showState("loading");
  try {
    session = new Session(view, commandLine.value, filesUrl);
  } catch (error) {
    showState("failed");
    say("error", (error as Error).message);
  }
  connect();
}

/** As soon as there are a terminal and a machine. */
function connect(): void {
  if (!terminal) return;
  session?.connect(terminal);
  // For the browser's console, and for whoever drives the page.
  Object.assign(globalThis, { wasmachine: { terminal, machine: session?.machine } });
}

pause.addEventListener("click", () => {
  const machine = session?.machine;
  if (!machine || machine.state === "ended") boot();
  else if (machine.state === "stopped") machine.resume();
  else machine.pause();
  terminal?.focus();
});
reset.addEventListener("click", () => {
  session?.machine.reset();
  terminal?.focus();
});
power.addEventListener("click", () => {
  session?.machine.powerDown();
  terminal?.focus();
});
element("log").addEventListener("click", () => {
  log.download();
  terminal?.focus();
});
element("default").addEventListener("click", () => {
  commandLine.value = DEFAULT_COMMAND_LINE;
});
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  boot();
  terminal?.focus();
});

commandLine.value = parameters.get("args") ?? DEFAULT_COMMAND_LINE;
boot();
// The terminal is most of the page's code. The machine's worker begins before it is here, let alone has been run.
import("./terminal.js").then(
  ({ openTerminal }) => {
    terminal = openTerminal(element("terminal"));
    connect();
  },
  (error: Error) => say("error", `the terminal could not be loaded: ${error.message}`),
);
