import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SCREEN_MS } from "../../tuning/host.js";
import { screenOf } from "./screen.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal that takes bytes in when it is told to, and a stream into it. */
function setUp(prompt = true) {
  const shown: { text: string; at: number }[] = [];
  const owed: (() => void)[] = [];
  const begun = Date.now();
  const terminal = {
    write(bytes: Uint8Array, done?: () => void): void {
      shown.push({ text: new TextDecoder().decode(bytes), at: Date.now() - begun });
      if (!done) return;
      if (prompt) done();
      else owed.push(done);
    },
  };
  const writer = screenOf(terminal, () => Date.now()).getWriter();
  const say = (text: string): Promise<void> => writer.write(new TextEncoder().encode(text));
  return { shown, owed, say, writer };
}

describe("the screen", () => {
  it("shows what comes after a pause at once, and what follows together", async () => {
    const { shown, say } = setUp();
    await say("a");
    for (const text of ["b", "c", "d"]) {
      await vi.advanceTimersByTimeAsync(SCREEN_MS / 5);
      await say(text);
    }
    expect(shown).toEqual([{ text: "a", at: 0 }]);
    await vi.advanceTimersByTimeAsync(SCREEN_MS);
    expect(shown.map(({ text }) => text).join("")).toBe("abcd");
    expect(shown.slice(1).every(({ at }) => at === SCREEN_MS)).toBe(true);
    await vi.advanceTimersByTimeAsync(SCREEN_MS);
    await say("e");
    expect(shown.at(-1)!.text).toBe("e");
  });

  it("makes the machine wait for a terminal that is behind", async () => {
    const { shown, owed, say } = setUp(false);
    await say("a");
    let second = false;
    void say("b").then(() => {
      second = true;
    });
    await vi.advanceTimersByTimeAsync(10 * SCREEN_MS);
    expect(second).toBe(false);
    owed.shift()!();
    await vi.advanceTimersByTimeAsync(SCREEN_MS);
    expect(second).toBe(true);
    expect(shown.map(({ text }) => text)).toEqual(["a", "b"]);
  });

  it("makes it wait when very much is waiting already", async () => {
    const { shown, say } = setUp();
    await say("a");
    const much = "x".repeat(300_000);
    let through = false;
    void say(much).then(() => {
      through = true;
    });
    await vi.advanceTimersByTimeAsync(SCREEN_MS / 2);
    expect(through).toBe(false);
    await vi.advanceTimersByTimeAsync(SCREEN_MS);
    expect(through).toBe(true);
    expect(shown).toHaveLength(2);
  });

  it("shows all before it is closed", async () => {
    const { shown, say, writer } = setUp();
    await say("a");
    await say("b");
    const closed = writer.close();
    await vi.advanceTimersByTimeAsync(2 * SCREEN_MS);
    await closed;
    expect(shown.map(({ text }) => text)).toEqual(["a", "b"]);
  });
});
