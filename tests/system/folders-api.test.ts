// createMachine({ folders }) and machine.folders: what the guest does in a folder is there outside while it runs, and the other way round.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { canShare } from "../../src/node/folder/folder.js";
import { createMachine, type Machine } from "../../src/node/index.js";
import { GUEST, temporaryFolder } from "../../testing/guest.js";

const BOOT = "-m 256M -kernel bzImage -initrd initrd -append 'console=ttyS0 loglevel=4'";

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  machine?.dispose();
  folder.remove();
});

it.runIf(canShare())(
  "folders of createMachine are shared with the guest and outside",
  { timeout: 300_000 },
  async () => {
    const share = folder.file("share");
    mkdirSync(`${share}/tree`, { recursive: true });
    writeFileSync(`${share}/tree/from-host`, "host\n");
    machine = createMachine({
      arguments: BOOT,
      filesUrl: GUEST,
      folders: {
        work: { path: share },
        lib: { archive: execFileSync("tar", ["-C", share, "-cz", "tree"]), readOnly: true },
        scratch: { size: 2 ** 20 },
      },
    });
    // Before it runs, too.
    const { work, lib, scratch } = {
      work: machine.folders.get("work"),
      lib: machine.folders.get("lib"),
      scratch: machine.folders.get("scratch"),
    };
    await scratch.writeFile("in", "given\n");
    expect(await lib.list("tree")).toEqual(["from-host"]);
    await machine.start();
    let changed = 0;
    const stop = work.watch("", () => changed++);
    const mount = "mount -t 9p -o trans=virtio,version=9p2000.L,cache=none";
    const { stdout, stderr } = await machine.exec(
      `modprobe -a 9pnet_virtio 9p; mkdir /w /l /s; ${mount} work /w; ${mount} lib /l; ${mount} scratch /s;
     cat /w/tree/from-host /l/tree/from-host /s/in; echo guest >/w/out; echo there >/s/out; echo no >/l/new`,
    );
    expect([stdout, stderr]).toEqual(["host\nhost\ngiven\n", expect.stringContaining("Read-only file system")]);
    const text = async (bytes: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await bytes);
    expect(await text(work.readFile("out"))).toBe("guest\n");
    expect(readFileSync(`${share}/out`, "utf8")).toBe("guest\n");
    expect(await text(scratch.readFile("out"))).toBe("there\n");
    await work.mkdir("new");
    await work.writeFile("new/ä", "from outside");
    expect((await machine.exec("cat /w/new/*; rm /w/new/ä")).stdout).toBe("from outside");
    expect(await work.list("new")).toEqual([]);
    await expect(work.readFile("new/ä")).rejects.toMatchObject({ code: "ERR_FILE", cause: { name: "ENOENT" } });
    await expect(lib.writeFile("x", "")).rejects.toThrow(
      "folder lib: could not write 'x': the folder is read-only (EROFS)",
    );
    await expect(machine.folders.get("none").list()).rejects.toThrow("the machine shares no folder by the tag 'none'");
    while (changed === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    stop();
    machine.dispose();
    await expect(work.list()).rejects.toMatchObject({ code: "ERR_ENDED" });
  },
);

it.runIf(canShare())("a folder that cannot be had is one sentence", async () => {
  const said = async (folders: Parameters<typeof createMachine>[0]["folders"], args = ""): Promise<string> => {
    machine = createMachine({ arguments: `${BOOT} ${args}`, filesUrl: GUEST, folders: folders! });
    return machine.start().then(
      () => "started",
      (error: Error) => error.message,
    );
  };
  expect(await said({ t: { path: folder.file("absent") } })).toContain("No such file or directory");
  expect(await said({ t: { archive: Buffer.from("no archive") } })).toContain("neither a tar nor a zip archive");
  expect(await said({ t: { archive: folder.file("absent.tar") } })).toContain(
    `there is no file 'folders["t"].archive'`,
  );
  expect(await said({ ["t".repeat(50)]: {} })).toContain("1 to 31 characters");
  // Whoever wrote the command line did not choose the folder.
  expect(await said({}, "-fsdev local,id=f,path=/,security_model=none")).toContain("leads out of it");
});
