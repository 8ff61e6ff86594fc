// A folder of the host whose directories a program swaps for symlinks that lead out of it, as fast as it can, while everything that a
// guest can ask for is asked for below them.

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { FsError } from "../../src/fs/errno.js";
import type { FsNode } from "../../src/fs/interfaces.js";
import { FolderFileSystem } from "../../src/node/folder/folder.js";
import type { SecurityModel } from "../../src/node/folder/share.js";
import { temporaryFolder } from "../../testing/guest.js";
import { Random } from "../../testing/random.js";

/** Swaps `d` for a symlink to the folder outside, and back, and `d/f` for one to the secret. */
const RACER = `
const fs = require("node:fs");
const [share, outside] = process.argv.slice(1);
process.chdir(share);
process.stdout.write("ready");
for (;;) {
  try { fs.renameSync("d", "away"); fs.symlinkSync(outside, "d"); } catch {}
  try { fs.unlinkSync("d"); } catch {}
  try { fs.renameSync("away", "d"); } catch {}
  try { fs.symlinkSync(outside + "/secret", "d/link"); fs.renameSync("d/link", "d/f"); } catch {}
  try { fs.writeFileSync("d/plain", "inside"); fs.renameSync("d/plain", "d/f"); } catch {}
}`;

const SECRET = "secret";
const as = { mode: 0o666, uid: 1234, gid: 1234, open: { read: true, write: true } };

/** How often what was asked for was had, and what of the outside was reached. */
export interface Raced {
  readonly done: number;
  readonly refused: number;
  readonly reached: readonly string[];
}

export async function race(seed: number, rounds: number, model: SecurityModel): Promise<Raced> {
  const folder = temporaryFolder();
  const [share, outside] = [folder.file("share"), folder.file("outside")];
  fs.mkdirSync(`${share}/d/s`, { recursive: true });
  fs.mkdirSync(outside);
  fs.writeFileSync(`${outside}/${SECRET}`, SECRET);
  fs.writeFileSync(`${outside}/f`, SECRET);
  const before = seen(outside);
  const racer = spawn(process.execPath, ["-e", RACER, share, outside], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((resolve) => racer.stdout.once("data", resolve));
    const raced = ask(share, seed, rounds, model, racer);
    await end(racer);
    const after = seen(outside);
    return before === after ? raced : { ...raced, reached: [...raced.reached, `outside: ${before} became ${after}`] };
  } finally {
    await end(racer);
    folder.remove();
  }
}

async function end(racer: ChildProcess): Promise<void> {
  if (racer.exitCode !== null || racer.signalCode !== null) return;
  const ended = new Promise((resolve) => racer.once("exit", resolve));
  racer.kill("SIGKILL");
  await ended;
}

function seen(folder: string): string {
  return JSON.stringify(
    ["", ...fs.readdirSync(folder).sort()].map((name) => {
      const { mode, uid, size, mtimeMs, ctimeMs, nlink } = fs.lstatSync(`${folder}/${name}`);
      return { name, mode, uid, size, mtimeMs, ctimeMs, nlink };
    }),
  );
}

function ask(share: string, seed: number, rounds: number, model: SecurityModel, racer: ChildProcess): Raced {
  const random = new Random(seed);
  const files = new FolderFileSystem(share, { model, readOnly: false, handles: 8 });
  const { root } = files;
  const reached: string[] = [];
  let [done, refused] = [0, 0];
  const names = ["f", "s", "secret", "new", "other"];
  const name = (): string => random.pick(names);
  const release = (node: FsNode | undefined): void => node?.release();
  const read = (node: FsNode): void => {
    const file = node.open({ read: true, write: random.below(2) === 0 }) as {
      read(o: number, i: Uint8Array): number;
      close(): void;
    };
    const into = new Uint8Array(20);
    if (Buffer.from(into.subarray(0, file.read(0, into))).includes(SECRET)) reached.push("the secret was read");
    file.close();
  };
  const ways: ((directory: FolderNode) => void)[] = [
    (d) => {
      const node = d.lookup(name());
      try {
        read(node);
      } finally {
        release(node);
      }
    },
    (d) => {
      const { node, file } = d.create(name(), as);
      void file.write(0, Buffer.from("inside"), true);
      void file.close();
      release(node);
    },
    (d) => release(d.mkdir(name(), as) as FsNode),
    (d) => release(d.symlink(name(), "x", as) as FsNode),
    (d) => d.unlink(name(), random.below(2) === 0),
    (d) => d.rename(name(), random.below(2) ? d : root, name(), { noReplace: random.below(2) === 0 }),
    (d) => {
      if (d.entries().some((entry) => entry.name === SECRET && d !== root)) {
        // One of this name may have been made by the guest.
        const node = d.lookup(SECRET);
        release(node);
      }
    },
    (d) => {
      const node = d.lookup(name());
      try {
        node.change({ mode: 0o640, uid: 5, size: 3, modified: "now" });
      } finally {
        release(node);
      }
    },
    (d) => {
      const node = d.lookup(name());
      try {
        root.link(name(), node);
      } finally {
        release(node);
      }
    },
  ];
  for (let round = 0; round < rounds && racer.exitCode === null; round++) {
    let directory: FolderNode | undefined;
    const attempt = (work: () => void): void => {
      try {
        work();
        done++;
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        refused++;
      }
    };
    attempt(() => {
      directory = root.lookup("d");
    });
    if (directory) for (let i = 0; i < 4; i++) attempt(() => random.pick(ways)(directory!));
    release(directory);
  }
  files.close();
  return { done, refused, reached };
}

type FolderNode = FolderFileSystem["root"];
