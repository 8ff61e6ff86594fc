import { describe, expect, it } from "vitest";
import type { CharBackend } from "../devices/interfaces.js";
import { Mux } from "./mux.js";

function setup(key = 1, typed = false) {
  let text = "";
  const events: string[] = [];
  const terminal: CharBackend & { typed: boolean } = {
    typed,
    write(bytes) {
      text += new TextDecoder().decode(bytes);
    },
  };
  const mux = new Mux(terminal, { quit: () => events.push("quit"), save: () => "nothing to save" }, key);
  const [serial, monitor] = [mux.port(), mux.port()];
  const received = { serial: "", monitor: "" };
  let room = Number.POSITIVE_INFINITY;
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  serial.receive = (bytes) => {
    const taken = bytes.subarray(0, Math.min(bytes.length, room));
    room -= taken.length;
    received.serial += decode(taken);
    return taken.length;
  };
  monitor.receive = (bytes) => {
    received.monitor += decode(bytes);
    return bytes.length;
  };
  monitor.focus = () => events.push("monitor focus");
  serial.breakReceived = () => events.push("break");
  const type = (input: string): number => terminal.receive!(new TextEncoder().encode(input));
  return { terminal, serial, monitor, received, events, type, text: () => text, setRoom: (n: number) => (room = n) };
}

describe("Mux", () => {
  it("gives input to the first user, and to the next after Ctrl-A C", () => {
    const { type, received, events } = setup();
    type("ab\x01ccd\x01Ce");
    expect(received).toEqual({ serial: "abe", monitor: "cd" });
    expect(events).toEqual(["monitor focus"]);
  });

  it("knows x, b, s, h and the doubled escape, also split over two reads", () => {
    const { type, received, events, text } = setup();
    type("\x01");
    type("x\x01b\x01\x01\x01s\x01h");
    expect(events).toEqual(["quit", "break"]);
    expect(received.serial).toBe("\x01");
    expect(text()).toContain("wasmachine: Terminated\r\nnothing to save\r\n");
    expect(text()).toContain("C-a x    exit emulator\r\n");
  });

  it.each([true, false])("hears Ctrl-A X behind what is not taken at a terminal only: %s", (typed) => {
    const { type, events, setRoom } = setup(1, typed);
    setRoom(0);
    expect(type("a".repeat(5000))).toBe(4096);
    expect(type("a\x01\x01x")).toBe(0);
    expect(events).toEqual([]);
    expect(type("a\x01\x01x\x01X")).toBe(0);
    expect(events).toEqual(typed ? ["quit"] : []);
  });

  it("lets every byte through with another escape key", () => {
    const { type, received } = setup(20);
    type("\x01x\x14cz");
    expect(received).toEqual({ serial: "\x01x", monitor: "z" });
  });

  it("keeps what a slow user has not taken, still hears commands, and stops taking at the limit", () => {
    const { type, received, events, serial, setRoom } = setup();
    setRoom(2);
    expect(type("abcd\x01b")).toBe(6);
    expect(received.serial).toBe("ab");
    expect(events).toEqual(["break"]);
    const taken = type("x".repeat(10000));
    expect(taken).toBeLessThan(10000);
    setRoom(Number.POSITIVE_INFINITY);
    serial.drained!();
    expect(received.serial).toBe(`abcd${"x".repeat(taken)}`);
  });

  it("passes output of every user on", () => {
    const { serial, monitor, text } = setup();
    serial.write(new TextEncoder().encode("one "));
    monitor.write(new TextEncoder().encode("two"));
    expect(text()).toBe("one two");
  });
});
