// Host and agent, each a program of its own: commands, files, what goes wrong, and what a hostile other end sends. In a guest:
// tests/system/exec.test.ts.

import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent } from "../../src/api/client/agent/agent.js";
import { execute } from "../../src/api/client/agent/exec.js";
import { AgentFiles } from "../../src/api/client/agent/files.js";
import * as p from "../../src/api/client/agent/protocol.js";
import { AgentProcess, agentCommand, OWN_PROCESSOR } from "../../testing/agent.js";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(["x86_64", "riscv64", "aarch64"])("agent of %s", (processor) => {
  const start = agentCommand(processor);
  if ("why" in start) {
    test.skip(`is not started: ${start.why}`, () => {});
    return;
  }
  const own = processor === OWN_PROCESSOR;
  let host: AgentProcess;
  let folder: string;
  const exec = (command: string | readonly string[], options = {}) => execute(host.agent, command, options);

  beforeAll(() => {
    host = new AgentProcess(start.command);
    folder = mkdtempSync(join(tmpdir(), "wasmachine-agent-"));
  });
  afterAll(async () => {
    await host.end();
    rmSync(folder, { recursive: true });
  });

  test("keeps outputs apart, and says how a command ended", async () => {
    expect(await exec("echo out; echo err >&2; exit 3")).toEqual({
      ...{ stdout: "out\n", stderr: "err\n", exitCode: 3, signal: undefined, timedOut: false },
    });
    expect(await exec(["/bin/sh", "-c", "kill -TERM $$"])).toMatchObject({ exitCode: undefined, signal: "SIGTERM" });
    expect(await exec(["printf", "%s|", "a b", "*", ""])).toMatchObject({ stdout: "a b|*||", exitCode: 0 });
  });

  test("has cwd, env and no signals ignored", async () => {
    const { stdout } = await exec('pwd; echo "$A-$B"; ulimit -n', { cwd: folder, env: { A: "1", B: "x=y z" } });
    expect(stdout.split("\n").slice(0, 2)).toEqual([folder, "1-x=y z"]);
    // A pipe without a reader ends who writes to it.
    expect(await exec("yes | head -1")).toMatchObject({ stdout: "y\n", stderr: "" });
  });

  test("says what could not be begun", async () => {
    await expect(exec(["/no/such"])).rejects.toMatchObject({ code: "ERR_GUEST", cause: { code: "ENOENT" } });
    await expect(exec("true", { cwd: "/no/such" })).rejects.toThrow(
      "could not go to the cwd of the command in the guest",
    );
    await expect(exec("true", { user: "no such user" })).rejects.toThrow("could not become the user");
    await expect(exec([])).rejects.toThrow("a list with a program in front");
    await expect(exec("true", { env: { "a=b": "" } })).rejects.toThrow("'a=b' is no name");
    await expect(exec("a\0b")).rejects.toThrow("NUL");
    await expect(exec("x".repeat(2 << 20))).rejects.toThrow("use stdin");
  });

  test("long arguments arrive whole", async () => {
    const args = Array.from({ length: 500 }, (_, n) => `${n}`.repeat(100));
    expect(await exec(["printf", "%s\n", ...args])).toMatchObject({ stdout: `${args.join("\n")}\n`, exitCode: 0 });
  });

  test("gives input, binary too, and ends it", async () => {
    const bytes = new Uint8Array(randomBytes(own ? 3_000_000 : 300_000));
    const file = join(folder, "input");
    expect((await exec(["sh", "-c", 'cat > "$0"', file], { stdin: bytes })).exitCode).toBe(0);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await exec("cat", { stdin: "" })).toMatchObject({ stdout: "", exitCode: 0 });
    // Who does not read does not hold it up.
    expect(await exec("true", { stdin: bytes })).toMatchObject({ exitCode: 0 });
    expect(await exec("cat")).toMatchObject({ stdout: "", exitCode: 0 });
  });

  test("output that looks like the protocol changes nothing", async () => {
    const fake = join(folder, "fake");
    const frames = [p.EXITED, p.WELCOME, p.FAILED, p.OUTPUT].map((type) => p.frame(type, 1, new Uint8Array(12)));
    writeFileSync(fake, Buffer.concat([...frames, p.greeting(new Uint8Array(p.NONCE))]));
    const { exitCode, stdout } = await exec(`cat ${fake}; cat ${fake} >&2; exit 9`);
    expect([exitCode, stdout.length > 32768]).toEqual([9, true]);
    expect((await new AgentFiles(host.agent).readFile(fake)).length).toBe(readFileSync(fake).length);
  });

  // qemu-user keeps no orphans for who asks for them.
  test.runIf(own)("a command that is killed takes all with it that it has started", async () => {
    const file = join(folder, "daemon");
    const daemon = `(setsid sh -c 'while :; do date +%s%N > ${file}; sleep 0.05; done' & ) & wait; sleep 100`;
    expect(await exec(daemon, { timeout: 2000 })).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    const before = readFileSync(file, "utf8");
    await sleep(300);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  test("is killed by a signal of the caller", async () => {
    const control = new AbortController();
    const file = join(folder, "aborted");
    const command = exec(`sleep 1; sleep 1; touch ${file}`, { signal: control.signal });
    setTimeout(() => control.abort(new Error("enough")), 100);
    await expect(command).rejects.toThrow("enough");
    await expect(exec("true", { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    await sleep(2200);
    expect(existsSync(file)).toBe(false);
  });

  test.runIf(own)("what is left in the background goes on, unheard", async () => {
    const file = join(folder, "background");
    const { stdout } = await exec(`(sleep 0.3; echo late; echo done > ${file}) & echo now`);
    expect(stdout).toBe("now\n");
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
  });

  test("runs many at once, each with its own", async () => {
    const all = Array.from({ length: own ? 200 : 20 }, async (_, n) => {
      const result = await exec(`cat; echo ${n} >&2; exit ${n % 256}`, { stdin: `input ${n}` });
      return result.stdout === `input ${n}` && result.stderr === `${n}\n` && result.exitCode === n % 256;
    });
    expect((await Promise.all(all)).every(Boolean)).toBe(true);
  });

  test("much output arrives whole, or the command ends", async () => {
    const size = own ? 20_000_000 : 1_000_000;
    const { stdout } = await exec(`head -c ${size} /dev/zero | tr '\\0' x`);
    expect([stdout.length, stdout.replaceAll("x", "")]).toEqual([size, ""]);
    await expect(exec("yes", { maxOutput: 100_000 })).rejects.toThrow("maxOutput");
  });

  // qemu-user knows no terminals of its own to give.
  test.runIf(own)("has a terminal where it is wanted", async () => {
    const { stdout, exitCode } = await exec("test -t 0 && test -t 1 && stty size; cat; exit 4", {
      ...{ tty: { columns: 100, rows: 30 }, stdin: "typed\n" },
    });
    expect([stdout.replaceAll("\r", ""), exitCode]).toEqual([expect.stringContaining("30 100\n"), 4]);
    expect(stdout).toContain("typed");
  });

  test("works with files", async () => {
    const files = new AgentFiles(host.agent);
    const bytes = new Uint8Array(randomBytes(200_000));
    await files.mkdir(`${folder}/a/b`, { recursive: true });
    await files.mkdir(`${folder}/a/b`, { recursive: true });
    await files.writeFile(`${folder}/a/b/ü x`, bytes, { mode: 0o600 });
    await files.writeFile(`${folder}/a/text`, "text");
    expect(Buffer.from(await files.readFile(`${folder}/a/b/ü x`)).equals(bytes)).toBe(true);
    expect(await files.list(`${folder}/a`)).toEqual(["b", "text"]);
    expect(await files.stat(`${folder}/a/b/ü x`)).toMatchObject({ type: "file", size: 200_000, mode: 0o600 });
    expect(Math.abs((await files.stat(`${folder}/a/text`)).modified.getTime() - Date.now())).toBeLessThan(600_000);
    await exec(["ln", "-s", "text", `${folder}/a/link`]);
    expect(await files.readLink(`${folder}/a/link`)).toBe("text");
    expect(await files.stat(`${folder}/a/link`, { followLinks: false })).toMatchObject({ type: "link" });
    await files.chmod(`${folder}/a/text`, 0o400);
    await files.rename(`${folder}/a/text`, `${folder}/a/moved`);
    expect((await files.stat(`${folder}/a/moved`)).mode).toBe(0o400);
    const refused = (call: Promise<unknown>, code: string) =>
      expect(call).rejects.toMatchObject({ code: "ERR_GUEST", cause: { code } });
    await refused(files.remove(`${folder}/a`), "ENOTEMPTY");
    await refused(files.mkdir(`${folder}/a`), "EEXIST");
    await refused(files.readFile(`${folder}/a`), "EISDIR");
    await refused(files.list(`${folder}/no`), "ENOENT");
    await refused(files.readFile(`${folder}/a/moved/x`), "ENOTDIR");
    await files.remove(`${folder}/a`, { recursive: true });
    await refused(files.stat(`${folder}/a`), "ENOENT");
  });

  test("another host begins anew, in the middle of what was said to the one before", async () => {
    const lost = exec("yes");
    lost.catch(() => {});
    await sleep(100);
    // Half a request, and half an input.
    host.socket.write(p.frame(p.EXEC, 77, new Uint8Array(20_000), p.FLAG_MORE).subarray(0, 10_000));
    const agent = host.connect();
    const { stdout } = await execute(agent, "echo again", {});
    expect(stdout).toBe("again\n");
    expect(await execute(agent, "pkill -x yes; true", {})).toMatchObject({ exitCode: 0 });
    Object.assign(host, { agent });
  });

  test("nonsense does not end it", async () => {
    let seed = randomBytes(4).readUInt32LE();
    const first = seed;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let n = 0; n < 300; n++) {
      const types = [1, 2, 3, 4, 5, 129, 200];
      const payload = Uint8Array.from({ length: random(200) }, () => random(n % 2 ? 256 : 3));
      const frame = p.frame(types[random(types.length)]!, random(3), payload, random(2));
      if (random(4) === 0) frame[random(frame.length)] = random(256);
      host.socket.write(frame);
    }
    const agent = host.connect();
    Object.assign(host, { agent });
    expect(await execute(agent, "echo there", {}), `seed ${first}`).toMatchObject({ stdout: "there\n" });
  });
});

describe("a hostile agent", () => {
  const setup = () => {
    const sent: Uint8Array[] = [];
    const agent = new Agent({ send: (bytes) => sent.push(bytes), waiting() {} });
    agent.opened(true);
    const welcome = () => {
      const greeting = sent.filter((bytes) => bytes.length > p.MOST_FRAME).at(-1)!;
      const payload = new Uint8Array(p.NONCE + 4);
      payload.set(greeting.subarray(p.MOST_FRAME + p.HEADER + p.MAGIC.length).subarray(0, p.NONCE));
      payload[p.NONCE] = p.VERSION;
      return p.frame(p.WELCOME, 0, payload);
    };
    return { agent, sent, welcome };
  };

  const CASES: [string, Uint8Array][] = [
    ["a frame that is too long", Uint8Array.of(130, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0)],
    ["a frame without an end", Uint8Array.from([...p.frame(p.OUTPUT, 1, new Uint8Array(3)).subarray(0, 15), 1])],
    ["an end of another length", p.frame(p.EXITED, 1, new Uint8Array(5))],
    ["a type there is not", p.frame(7, 1, new Uint8Array(1))],
    ["input that was not sent", p.frame(p.TAKEN, 1, Uint8Array.of(255, 255, 0, 0))],
    ["a second greeting", p.frame(p.WELCOME, 0, new Uint8Array(20))],
  ];
  test.each(CASES)("%s ends the connection, and the next command has a new one", async (_name, bytes) => {
    const { agent, welcome } = setup();
    const run = execute(agent, "true", {});
    agent.received(welcome());
    agent.received(bytes);
    await expect(run).rejects.toMatchObject({ code: "ERR_AGENT" });
    const next = execute(agent, "true", {});
    // What was before the greeting is of another time.
    agent.received(Uint8Array.from([...bytes, ...welcome(), ...p.frame(p.EXITED, 2, new Uint8Array(12))]));
    expect(await next).toMatchObject({ exitCode: 0 });
  });

  test("frames of commands there are not are passed over, byte by byte", async () => {
    const { agent, welcome } = setup();
    const run = execute(agent, "true", {});
    const bytes = [
      ...[
        ...welcome(),
        0,
        0,
        ...p.frame(p.OUTPUT, 99, new Uint8Array(3)),
        ...p.frame(p.ERRORS, 1, Uint8Array.of(0x65)),
      ],
      ...[
        ...p.frame(p.EXITED, 98, new Uint8Array(12)),
        ...p.frame(p.EXITED, 1, Uint8Array.of(5, ...new Uint8Array(11))),
      ],
    ];
    for (const byte of bytes) agent.received(Uint8Array.of(byte));
    expect(await run).toMatchObject({ stderr: "e", exitCode: 5 });
  });

  test("a port that closes ends what is under way; what waits, waits", async () => {
    const { agent, welcome } = setup();
    const run = execute(agent, "true", {});
    agent.received(welcome());
    agent.opened(false);
    await expect(run).rejects.toMatchObject({ code: "ERR_AGENT", message: expect.stringContaining("has gone") });
    const next = execute(agent, "true", {});
    agent.opened(true);
    agent.received(Buffer.concat([welcome(), p.frame(p.EXITED, 2, new Uint8Array(12))]));
    expect(await next).toMatchObject({ exitCode: 0 });
  });
});
