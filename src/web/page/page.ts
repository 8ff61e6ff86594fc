// The page: a machine with a terminal and buttons. A link may name another command line and other files (link.ts).

import type { ListedGuest } from "../../guests/listing.js";
import type { MachineTerminal } from "../terminal/terminal.js";
import { BootLog } from "./boot-log.js";
import { confirmLoss } from "./confirm.js";
import { saveDisks } from "./disks.js";
import { chooseGuest, offeredGuests } from "./guests.js";
import { type Link, readLink } from "./link.js";
import { ProgressList } from "./progress.js";
import { Session, type SessionView, type ShownState } from "./session.js";

const DEFAULT_COMMAND_LINE = `-m 512M -kernel bzImage -initrd initrd
-drive if=virtio,format=raw,file=rootfs.bin
-append "console=ttyS0 quiet root=/dev/vda"`;

const BEGINS_ANEW = "The machine begins anew: what was written to its disks, all files in it, is lost.";
const RESTART = "Restart, lose the files";

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
const disks = element<HTMLButtonElement>("disks");
const progress = new ProgressList(element("progress"));
const log = new BootLog();
const picker = element<HTMLSelectElement>("guest");
const parameters = new URLSearchParams(location.search);
let session: Session | undefined;
let terminal: MachineTerminal | undefined;
let link: Link | undefined;
/** The first machine has been made, or refused. */
let begun = false;
/** The guest that is chosen in the page's list. */
let offered: ListedGuest | undefined;

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
  reset.disabled = power.disabled = disks.disabled = over || none;
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
    refuse(error as Error);
  }
  connect();
}

function refuse({ message }: Error): void {
  showState("failed");
  say("error", message);
}

/** Chooses the first machine: that of the link, else the first of the page's list, else the default. */
async function begin(): Promise<void> {
  showState("loading");
  link = readLink(location.href, document.baseURI, origins);
  // Another site's list would be its choice of what runs here.
  const guests = link.foreignHost === undefined ? await offeredGuests(link.filesUrl) : [];
  const name = parameters.get("guest");
  if (name !== null) offered = chooseGuest(guests, name);
  else if (!parameters.has("args")) offered = guests[0];
  if (offered && !parameters.has("args")) commandLine.value = offered.arguments;
  picker.append(...guests.map((guest) => new Option(guest.title, guest.name)));
  picker.value = offered?.name ?? "";
  element("offered").hidden = guests.length < 2;
  picker.addEventListener("change", () => {
    const before = offered;
    void unlessRefused(BEGINS_ANEW, RESTART, () => {
      offered = chooseGuest(guests, picker.value);
      commandLine.value = offered.arguments;
      boot();
    }).then(() => {
      if (offered === before) picker.value = before?.name ?? "";
    });
  });
}

/** As soon as there are a terminal and a machine. */
function connect(): void {
  if (!terminal || !begun) return;
  session?.connect(terminal);
  // For the browser's console, and for whoever drives the page.
  Object.assign(globalThis, { wasmachine: { terminal: terminal.xterm, machine: session?.machine } });
}

/** Does it at once where nothing of the user's is in the guest; asks first where there is. */
async function unlessRefused(question: string, action: string, act: () => void): Promise<void> {
  if (!session?.inUse || (await confirmLoss(question, action))) act();
  terminal?.focus();
}

const restart = (): Promise<void> => unlessRefused(BEGINS_ANEW, RESTART, boot);

// A browser may show a page again as it was left, but a machine with a disk that is kept had to end then.
addEventListener("pageshow", ({ persisted }: PageTransitionEvent) => {
  if (persisted && session?.machine.state === "ended") location.reload();
});
addEventListener("beforeunload", (event) => {
  // The browser asks in its own words.
  if (session?.inUse) event.preventDefault();
});
pause.addEventListener("click", () => {
  const machine = session?.machine;
  if (!machine || machine.state === "ended") void restart();
  else if (machine.state === "stopped") machine.resume();
  else machine.pause();
  terminal?.focus();
});
reset.addEventListener("click", () => {
  void unlessRefused(
    "The guest is not asked to end its work: what it has not written to its disks yet is lost, and files that are in its memory only.",
    "Reset",
    () => session?.machine.reset(),
  );
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
disks.addEventListener("click", () => {
  if (!session) return;
  disks.disabled = true;
  say("notice", "The disks are being read; the guest goes on meanwhile.");
  saveDisks(session.machine)
    .then(
      (sentence) => say("notice", sentence),
      (error: Error) => say("error", error.message),
    )
    .finally(() => {
      disks.disabled = session?.machine.state === "ended";
    });
  terminal?.focus();
});
element("default").addEventListener("click", () => {
  commandLine.value = offered?.arguments ?? DEFAULT_COMMAND_LINE;
});
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void restart();
});
element<HTMLInputElement>("screen-reader").addEventListener("change", (event) => {
  if (terminal) terminal.screenReader = (event.target as HTMLInputElement).checked;
});

commandLine.value = parameters.get("args") ?? DEFAULT_COMMAND_LINE;
begin()
  .then(boot, refuse)
  .finally(() => {
    begun = true;
    connect();
  });
// The terminal is most of the page's code. The machine's worker begins before it is here, let alone has been run.
import("../terminal/terminal.js").then(
  (module) => {
    terminal = new module.MachineTerminal(element("terminal"), {
      mayCopy: () => element<HTMLInputElement>("may-copy").checked,
      onLeave: () => element("leave").focus(),
    });
    terminal.screenReader = element<HTMLInputElement>("screen-reader").checked;
    terminal.focus();
    connect();
  },
  (error: Error) => say("error", `the terminal could not be loaded: ${error.message}`),
);
