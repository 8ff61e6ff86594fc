import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MachineError } from "../machine/host.js";
import { openFileChardev } from "./file-chardev.js";
import { OutputBuffer, Outputs } from "./output.js";
import { NodeScheduler } from "./scheduler.js";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "wasmachine-test-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe("file character device", () => {
  it("writes what the guest wrote, from the start or appended", async () => {
    const file = path.join(folder, "log");
    for (const append of [false, true, false]) {
      const device = openFileChardev(file, append, new Outputs());
      for (const byte of Buffer.from("hello\n")) device.write(Uint8Array.of(byte));
      device.write(new Uint8Array(20000).fill(46));
      await device.close();
      expect(fs.statSync(file).size).toBe(append ? 2 * 20006 : 20006);
    }
    expect(fs.readFileSync(file, "latin1").slice(0, 8)).toBe("hello\n..");
  });

  it("says why a file cannot be opened", () => {
    const name = path.join(folder, "no", "such");
    const open = () => openFileChardev(name, false, new Outputs());
    expect(open).toThrow(MachineError);
    expect(open).toThrow(`Could not open '${name}': No such file or directory`);
  });
});

describe("output buffer", () => {
  it("tells once that its reader is gone and takes no harm", async () => {
    const fd = fs.openSync(path.join(folder, "x"), "w");
    fs.closeSync(fd);
    let broken = 0;
    const output = new OutputBuffer(fd, new Outputs(), () => broken++);
    output.write(Uint8Array.of(1));
    await new NodeScheduler().yield();
    await new NodeScheduler().yield();
    output.write(Uint8Array.of(2));
    await output.close();
    expect(broken).toBe(1);
  });
});

describe("NodeScheduler", () => {
  it("wakes early, or after the time", async () => {
    const scheduler = new NodeScheduler();
    const long = scheduler.sleep(Number.POSITIVE_INFINITY);
    setImmediate(() => long.wake());
    await long.done;
    const begin = Date.now();
    await scheduler.sleep(20).done;
    expect(Date.now() - begin).toBeGreaterThanOrEqual(18);
  });
});
