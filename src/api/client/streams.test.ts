import { describe, expect, it } from "vitest";
import { INPUT_WINDOW, OUTPUT_WINDOW } from "../../tuning/host.js";
import { Channel } from "../server/channel.js";
import { ChannelStreams } from "./streams.js";

function streams() {
  const sent: Uint8Array[] = [];
  const taken: number[] = [];
  const channel = new ChannelStreams({ input: (bytes) => sent.push(bytes), taken: (count) => taken.push(count) });
  // The engine's layers see less of a stream than there is.
  const readable = channel.readable as unknown as import("node:stream/web").ReadableStream<Uint8Array>;
  const writable = channel.writable as unknown as import("node:stream/web").WritableStream<Uint8Array>;
  return { channel, readable, writable, sent, taken };
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("output", () => {
  it("is acknowledged as it is read", async () => {
    const { channel, readable, taken } = streams();
    const reader = readable.getReader();
    channel.arrived(new Uint8Array(10));
    channel.arrived(new Uint8Array(20));
    expect(sum(taken)).toBe(0);
    expect((await reader.read()).value?.length).toBe(10);
    expect(sum(taken)).toBe(10);
  });

  it("is kept to a limit while nobody reads, the latest of it", async () => {
    const { channel, readable, taken } = streams();
    const piece = OUTPUT_WINDOW / 4;
    for (let k = 1; k <= 10; k++) channel.arrived(new Uint8Array(piece).fill(k));
    expect(sum(taken)).toBe(10 * piece);
    channel.end();
    const firsts: number[] = [];
    for await (const bytes of readable) firsts.push(bytes[0]!);
    expect(firsts).toEqual([7, 8, 9, 10]);
  });

  it("does not hold the machine back when the stream is cancelled", async () => {
    const { channel, readable, taken } = streams();
    const reader = readable.getReader();
    channel.arrived(new Uint8Array(5));
    await reader.cancel();
    channel.arrived(new Uint8Array(7));
    expect(sum(taken)).toBe(12);
  });
});

describe("input", () => {
  it("waits while the machine is behind", async () => {
    const { channel, writable, sent } = streams();
    const writer = writable.getWriter();
    await writer.write(new Uint8Array(3));
    let done = false;
    const large = writer.write(new Uint8Array(INPUT_WINDOW)).then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(done).toBe(false);
    expect(sum(sent.map((bytes) => bytes.length))).toBe(3 + INPUT_WINDOW);
    channel.accepted(4);
    await large;
  });

  it("fails after the machine's end", async () => {
    const { channel, writable } = streams();
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    channel.end();
    await expect(writer.write(new Uint8Array(1))).rejects.toThrow("the machine has ended");
  });
});

describe("the machine's side", () => {
  it("gathers output until it is flushed and counts what is unread", () => {
    const posted: string[] = [];
    const channel = new Channel(
      { output: (bytes) => posted.push(new TextDecoder().decode(bytes)), accepted() {} },
      false,
    );
    for (const char of "hello") channel.write(new TextEncoder().encode(char));
    expect(posted).toEqual([]);
    channel.flush();
    channel.flush();
    expect(posted).toEqual(["hello"]);
    expect(channel.unread).toBe(5);
  });

  it("keeps input until the device takes it", () => {
    let accepted = 0;
    const channel = new Channel({ output() {}, accepted: (count) => (accepted += count) }, false);
    channel.input(Uint8Array.of(1, 2, 3));
    const got: number[] = [];
    channel.receive = (bytes) => {
      got.push(bytes[0]!);
      return got.length < 3 ? 1 : 0;
    };
    channel.drained();
    expect(got).toEqual([1, 2, 3]);
    expect(accepted).toBe(2);
  });
});
