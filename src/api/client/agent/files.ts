// Files in the guest, by its agent.

import type { GuestFileStat, MachineFiles } from "../../services.js";
import type { Agent } from "./agent.js";
import { agentError } from "./agent.js";
import { guestError } from "./errors.js";
import { filesRequest } from "./request.js";

/** Bytes of a file that come at once. */
const MOST_BYTES = 2 ** 31 - 1;
const MODE = 0o644;

const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, GuestFileStat["type"]>> = {
  4096: "fifo",
  8192: "character device",
  16384: "directory",
  24576: "block device",
  32768: "file",
  40960: "link",
  49152: "socket",
};

export class AgentFiles implements MachineFiles {
  constructor(private readonly agent: Agent) {}

  async readFile(path: string): Promise<Uint8Array> {
    return this.does(`could not read '${path}'`, ["read", path]);
  }

  async writeFile(path: string, contents: Uint8Array | string, { mode = MODE }: { mode?: number } = {}): Promise<void> {
    const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    await this.does(`could not write '${path}'`, ["write", path, mode.toString(8)], bytes);
  }

  async list(path: string): Promise<string[]> {
    const names = text(await this.does(`could not list '${path}'`, ["list", path]));
    return names.split("\0").slice(0, -1).sort();
  }

  async stat(path: string, { followLinks = true }: { followLinks?: boolean } = {}): Promise<GuestFileStat> {
    const line = text(await this.does(`could not look at '${path}'`, [followLinks ? "stat" : "lstat", path]));
    const numbers = line.trim().split(" ").map(Number);
    if (numbers.length !== 9 || !numbers.every(Number.isFinite)) {
      throw agentError(
        "the agent in the guest does not keep to the protocol (what it says of a file is no such thing)",
      );
    }
    const [mode, size, uid, gid, seconds, nanoseconds, links, inode, negative] = numbers as [
      ...[number, number, number, number, number, number, number, number, number],
    ];
    const modified = new Date((negative ? -seconds : seconds) * 1000 + nanoseconds / 1e6);
    return { type: KINDS[mode & S_IFMT] ?? "file", mode: mode & 0o7777, size, uid, gid, links, inode, modified };
  }

  async mkdir(path: string, { recursive = false }: { recursive?: boolean } = {}): Promise<void> {
    await this.does(`could not make '${path}'`, ["mkdir", path, recursive ? "p" : "-"]);
  }

  async remove(path: string, { recursive = false }: { recursive?: boolean } = {}): Promise<void> {
    await this.does(`could not remove '${path}'`, ["remove", path, recursive ? "r" : "-"]);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.does(`could not rename '${from}'`, ["rename", from, to]);
  }

  async chmod(path: string, mode: number): Promise<void> {
    await this.does(`could not change '${path}'`, ["chmod", path, mode.toString(8)]);
  }

  async readLink(path: string): Promise<string> {
    return text(await this.does(`could not read '${path}'`, ["readlink", path]));
  }

  /** Its exit status is an error number of Linux. */
  private async does(what: string, args: readonly string[], input?: Uint8Array): Promise<Uint8Array> {
    const { output, exitCode } = await this.agent.run(filesRequest(args, input), { most: MOST_BYTES });
    if (exitCode === undefined) throw agentError(`${what} in the guest: the agent was interrupted`);
    if (exitCode !== 0) throw guestError(what, exitCode);
    return output;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
