// The page: a machine with a terminal and buttons. A link may name another command line and other files (link.ts).

import type { Terminal } from "@xterm/xterm";
import { BootLog } from "./boot-log.js";
import { type Link, readLink } from "./link.js";
import { ProgressList } from "./progress.js";
import { Session, type SessionView, type ShownState } from "./session.js";

const DEFAULT_COMMAND_LINE = `-m 512M -kernel bzImage -initrd initrd
-drive if=virtio,format=raw,file=rootfs.bin
-append "console=ttyS0 quiet root=/dev/vda"`;

const LABELS: Record<ShownState, string> = {
  waiting: "not started",
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

/** Origins that the page's author trusts with files: `<meta name="wasmachine-origins" content="https://cdn.example ...">`. */
const origins = (document.querySelector<HTMLMetaElement>("meta[name=wasmachine-origins]")?.content ?? "")
  .split(/\s+/)
  .filter((origin) => origin !== "");
const commandLine = element<HTMLTextAreaElement>("arguments");
const pause = element<HTMLButtonElement>("pause");
const reset = element<HTMLButtonElement>("reset");
const power = element<HTMLButtonElement>("power");
const progress = new ProgressList(element("progress"));
const log = new BootLog();
let session: Session | undefined;
let terminal: Terminal | undefined;
let link: Link | undefined;

function say(id: "error" | "notice", message: string | undefined): void {
  const place = element(id);
  place.hidden = message === undefined;
  place.textContent = message ?? "";
}

function showState(state: ShownState): void {
  const pill = element<HTMLOutputElement>("state");
  pill.dataset.state = state;
  pill.textContent = LABELS[state];
  const over = state === "ended" || state === "failed";
  const none = state === "loading" || state === "waiting";
  pause.disabled = none;
  reset.disabled = power.disabled = over || none;
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
    link ??= readLink(location.href, document.baseURI, origins);
    if (link.foreignHost !== undefined) {
      element("foreign-host").textContent = link.foreignHost;
      element("foreign").hidden = false;
      showState("waiting");
    } else session = new Session(view, commandLine.value, link.filesUrl, origins);
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
element("foreign-start").addEventListener("click", () => {
  if (link) link.foreignHost = undefined;
  element("foreign").hidden = true;
  boot();
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

commandLine.value = new URLSearchParams(location.search).get("args") ?? DEFAULT_COMMAND_LINE;
boot();
// The terminal is most of the page's code. The machine's worker begins before it is here, let alone has been run.
import("./terminal.js").then(
  ({ openTerminal }) => {
    terminal = openTerminal(element("terminal"), () => element<HTMLInputElement>("may-copy").checked);
    connect();
  },
  (error: Error) => say("error", `the terminal could not be loaded: ${error.message}`),
);
