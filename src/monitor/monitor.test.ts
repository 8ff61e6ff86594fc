import { beforeEach, describe, expect, it } from "vitest";
import type { CharBackend } from "../devices/interfaces.js";
import { MonitorSession } from "./commands.js";
import { evaluate } from "./expression.js";
import { attachMonitor } from "./monitor.js";
import type { MonitorDisk, MonitorTarget } from "./target.js";

const memory = new Uint8Array(0x10000);

function target(calls: string[] = []): MonitorTarget {
  return {
    version: "1.2.3",
    name: "",
    status: () => "running",
    stop: () => void calls.push("stop"),
    cont: () => void calls.push("cont"),
    reset: () => void calls.push("reset"),
    powerDown: () => void calls.push("powerDown"),
    wakeUp: () => calls.push("wakeUp") > 1,
    nmi: () => calls.push("nmi") > 0,
    quit: () => void calls.push("quit"),
    readPhysical: (address, length) =>
      address >= 0 && address + length <= memory.length ? memory.subarray(address, address + length) : undefined,
    translate: (address) => (address >= 0xffff800000000000n ? Number(address & 0xffffn) : undefined),
    register: (name) => ({ rip: 0xffff800000001000n, rax: 5n })[name],
    disassemble: (code, address) =>
      code[0] === undefined ? undefined : { length: 2, text: `insn ${code[0]} at ${address.toString(16)}` },
    addressBits: () => 64,
    setLog: (items) => (items === "int" ? undefined : `unknown log item '${items}'`),
    disks: new Map<string, MonitorDisk>([
      ["d", { format: "qcow2", resize: async (size) => void calls.push(`resize ${size}`) }],
      ["e", { format: "vmdk" }],
    ]),
    network: {
      setLink: async (name, up) => void calls.push(`link ${name} ${up}`),
      addForward: async (argument) => void calls.push(`add ${argument}`),
      removeForward: (argument) => `removed ${argument}\n`,
    },
    topics: [
      { name: "status", help: "show the current VM status", text: () => "VM status: running\n" },
      { name: "chips", help: "show chips", text: () => "a\n" },
      { name: "chips", help: "show chips", text: () => "b\n" },
    ],
  };
}

beforeEach(() => {
  memory.fill(0);
  memory.set([0xea, 0x5b, 0xe0, 0x00, 0xf0, 0x30, 0x36, 0x2f, 0x32, 0x33, 0x2f, 0x39, 0x39, 0x00, 0xfc, 0xb8], 0x1000);
});

describe("disks", () => {
  it("change their size, and are not changed for another", async () => {
    const calls: string[] = [];
    const session = new MonitorSession(target(calls));
    expect(await session.execute("block_resize d 64")).toBe("");
    expect(await session.execute("block_resize d 1G")).toBe("");
    expect(calls).toEqual([`resize ${64 * 2 ** 20}`, `resize ${2 ** 30}`]);
    expect(await session.execute("block_resize e 64")).toContain(
      "Image format driver 'vmdk' does not support resize\n",
    );
    expect(await session.execute("block_resize f 64")).toContain("Device 'f' not found\n");
    expect(await session.execute("block_resize d x")).toContain("block_resize: 'x' is no size\n");
    expect(await session.execute("eject d")).toContain("Device 'd' is not removable\n");
    expect(await session.execute("change d file")).toContain("Device 'd' is not removable\n");
    expect(await session.execute("commit d")).toContain("wasmachine img commit");
  });
});

describe("expressions", () => {
  const cases: [string, bigint][] = [
    ["0x10+4*2", 0x18n],
    ["(0x10+4)*2", 0x28n],
    ["-1", 0xffffffffffffffffn],
    ["~0", 0xffffffffffffffffn],
    ["$rip+$rax", 0xffff800000001005n],
    ["'A'", 65n],
    ["010", 8n],
    ["7%4|8", 11n],
    [" 1 + 2 ", 3n],
  ];
  it.each(cases)("%s", (text, value) => {
    expect(evaluate(text, target().register)).toBe(value);
  });
  it.each([
    ["", "unexpected end of expression"],
    ["nosuch", "invalid char 'n' in expression"],
    ["$foo", "unknown register '$foo'"],
    ["1/0", "division by zero"],
    ["(1", "')' expected"],
    ["1 2", "invalid char '2' in expression"],
  ])("refuses '%s'", (text, message) => {
    expect(() => evaluate(text, target().register)).toThrow(message);
  });
});

describe("x and xp", () => {
  // Expected lines are what QEMU 7.2 printed for the same bytes.
  const cases: [string, string][] = [
    ["xp/4xb 0x1000", "0000000000001000: 0xea 0x5b 0xe0 0x00\n"],
    ["xp/2xg 0x1000", "0000000000001000: 0x2f3630f000e05bea 0xb8fc0039392f3332\n"],
    ["xp/5xw 0x1000", "0000000000001000: 0x00e05bea 0x2f3630f0 0x392f3332 0xb8fc0039\n0000000000001010: 0x00000000\n"],
    ["xp/1dw 0x1000", "0000000000001000:   14703594\n"],
    ["xp/3ow 0x1000", "0000000000001000:   070055752 05715430360 07113631462\n"],
    ["xp/5cb 0x1000", "0000000000001000: '\\xea' '[' '\\xe0' '\\x00' '\\xf0'\n"],
    ["xp/1db 0x1000", "0000000000001000: -22\n"],
    ["xp 0x200000000", "0000000200000000: Cannot access memory\n"],
    ["x 0x1000", "0000000000001000: Cannot access memory\n"],
    ["x/2xb $rip", "ffff800000001000: 0xea 0x5b\n"],
    ["x/2xb 0xffffffffffffffff", "ffffffffffffffff: 0x00 Cannot access memory\n"],
    [
      "x/2i $rip",
      "0xffff800000001000:  ea 5b                    insn 234 at ffff800000001000\n" +
        "0xffff800000001002:  e0 00                    insn 224 at ffff800000001002\n",
    ],
    ["x", 'unexpected end of expression\nTry "help x" for more information\n'],
    ["x/4xz 0", "invalid char in format: 'z'\nTry \"help x\" for more information\n"],
    ["p/x $rax*16", "0x50\n"],
    ["p -1", "0xffffffffffffffff\n"],
    ["p/d -1", "-1\n"],
  ];
  it.each(cases)("%s", (line, answer) => {
    expect(new MonitorSession(target()).execute(line)).toBe(answer);
  });
  it("keeps the last format", () => {
    const session = new MonitorSession(target());
    session.execute("xp/4xb 0x1000");
    expect(session.execute("xp 0x1001")).toBe("0000000000001001: 0x5b\n");
    expect(session.execute("xp/2 0x1001")).toBe("0000000000001001: 0x5b 0xe0\n");
  });
});

describe("commands", () => {
  it("do what they say, by long and short names", () => {
    const calls: string[] = [];
    const session = new MonitorSession(target(calls));
    for (const line of ["stop", "s", "cont", "c", "system_reset", "system_powerdown", "nmi", "quit", "q"]) {
      expect(session.execute(line)).toBe("");
    }
    expect(calls).toEqual(["stop", "stop", "cont", "cont", "reset", "powerDown", "nmi", "quit", "quit"]);
  });
  it("wake a machine that sleeps, and say when it does not", () => {
    const session = new MonitorSession(target());
    expect(session.execute("system_wakeup")).toContain("Unable to wake up: guest is not in suspended state\n");
    expect(session.execute("system_wakeup")).toBe("");
  });
  it("answer what is unknown", () => {
    const session = new MonitorSession(target());
    expect(session.execute("foo")).toBe("unknown command: 'foo'\n");
    expect(session.execute("info foo")).toBe("unknown command: 'info foo'\n");
    expect(session.execute("stop/4 now")).toBe("unknown command: 'stop/4'\n");
    expect(session.execute("stop now")).toContain("extraneous characters");
    expect(session.execute("log bogus")).toBe("unknown log item 'bogus'\n");
    expect(session.execute("   ")).toBe("");
  });
  it("change networks", async () => {
    const calls: string[] = [];
    const session = new MonitorSession(target(calls));
    expect(await session.execute("set_link n off")).toBe("");
    expect(await session.execute("set_link n maybe")).toContain("NAME on|off is wanted");
    expect(await session.execute("hostfwd_add n tcp::1-:2")).toBe("");
    expect(session.execute("hostfwd_remove tcp::1")).toBe("removed tcp::1\n");
    expect(calls).toEqual(["link n false", "add n tcp::1-:2"]);
  });
  it("list topics and help", () => {
    const session = new MonitorSession(target());
    expect(session.execute("info")).toBe("info chips  -- show chips\ninfo status  -- show the current VM status\n");
    expect(session.execute("info chips")).toBe("a\nb\n");
    expect(session.execute("info status")).toBe("VM status: running\n");
    expect(session.execute("help x")).toBe("x /fmt addr -- virtual memory dump starting at 'addr'\n");
    expect(String(session.execute("help")).split("\n").length).toBeGreaterThan(10);
  });
});

describe("terminal", () => {
  function terminal(shared: boolean) {
    let text = "";
    const calls: string[] = [];
    const port: CharBackend & { focus?: () => void } = {
      write(bytes) {
        text += new TextDecoder().decode(bytes);
      },
    };
    attachMonitor(port, target(calls), shared);
    return { port, calls, type: (keys: string) => port.receive!(new TextEncoder().encode(keys)), text: () => text };
  }

  it("greets at once, or when it gets the shared terminal", () => {
    expect(terminal(false).text()).toBe("wasmachine 1.2.3 monitor - type 'help' for more information\r\n(wasmachine) ");
    const shared = terminal(true);
    expect(shared.text()).toBe("");
    shared.port.focus!();
    shared.port.focus!();
    expect(shared.text().match(/monitor - type/g)).toHaveLength(1);
    expect(shared.text().match(/\(wasmachine\) /g)).toHaveLength(2);
  });

  it("edits lines and recalls them", () => {
    const { type, calls } = terminal(false);
    type("stp\x1b[Do\r");
    type("\x1b[A\r");
    type("xxx\x15cont\r");
    type("nmi foo\x17\x7f\r");
    type("qit\x01\x1b[Cu\r");
    expect(calls).toEqual(["stop", "stop", "cont", "nmi", "quit"]);
  });
});
