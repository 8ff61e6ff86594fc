// The agent as a process of this host, for tests: the same program that guests have, on a socket instead of a port. Where it is of another
// processor, QEMU runs it (qemu-user).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { Agent } from "../src/api/client/agent/agent.js";

const OWN: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", riscv64: "riscv64" };

function program(processor: string): string {
  return fileURLToPath(new URL(`../dist/agent/agent-${processor}`, import.meta.url));
}

/** Whether there was a compiler for it. */
export function agentBuilt(processor: string): boolean {
  return existsSync(program(processor));
}

/** How the agent of a processor is started here; undefined where it cannot be, with the reason. */
export function agentCommand(processor: string): { command: string[] } | { why: string } {
  if (process.platform !== "linux") return { why: "the agent is a program of Linux" };
  const file = program(processor);
  if (!existsSync(file)) return { why: `there is no compiler for ${processor} here, so no agent of it` };
  if (OWN[process.arch] === processor) return { command: [file] };
  const emulator = `qemu-${processor}`;
  if (spawnSync(emulator, ["--version"]).status !== 0) return { why: `there is no ${emulator} here` };
  return { command: [emulator, file] };
}

export const OWN_PROCESSOR = OWN[process.arch] ?? process.arch;

export class AgentProcess {
  readonly agent: Agent;
  readonly process: ChildProcess;
  readonly socket: Duplex;

  constructor([program, ...args]: string[]) {
    this.process = spawn(program!, [...args, "--fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
    this.socket = this.process.stdio[3] as unknown as Duplex;
    this.agent = this.connect();
  }

  /** Another host at the same end, which knows nothing of the one before. */
  connect(): Agent {
    const agent: Agent = new Agent({
      send: (bytes) => void this.socket.write(bytes, () => agent.accepted(bytes.length)),
      waiting() {},
    });
    this.socket.removeAllListeners("data");
    this.socket.on("data", (bytes: Uint8Array) => agent.received(bytes));
    agent.opened(true);
    return agent;
  }

  async end(): Promise<void> {
    this.process.kill("SIGKILL");
    await new Promise((resolve) => this.process.once("exit", resolve));
    this.socket.destroy();
  }
}
