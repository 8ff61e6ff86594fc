// A device with stand-ins for all that it drives and is driven by, and what has to hold of its state: saved, loaded and settled into a new
// one it gives the same state again, drives no line anew, and does what the first one does from there on.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { MemoryBackend } from "../../src/block/backends/memory.js";
import type { DeviceState, IoRegion, Stateful } from "../../src/devices/interfaces.js";
import { StateError, StateReader } from "../../src/devices/state.js";
import {
  FakeChar,
  FakeClock,
  FakeLine,
  FakeLines,
  FakeLog,
  FakeMachine,
  FakeMemory,
  FakeMsi,
} from "../../src/devices/testing.js";
import { seededEntropy } from "../../src/machine/entropy.js";
import { Cable } from "../../src/net/cable.js";
import { NO_OFFLOADS } from "../../src/net/interfaces.js";

/** A part with a state, and how it is driven. */
export interface Lab {
  /** In the order of loading and settling. */
  readonly parts: readonly (Stateful & { readonly name: string })[];
  readonly regions: readonly (readonly [region: IoRegion, size: number])[];
  /** What happens to it besides accesses, each with a random value. */
  readonly events?: readonly ((value: number) => void)[];
  /** What others see of it besides. */
  seen?(): unknown;
  /** Resolves when nothing is in flight. */
  quiet?(): Promise<void>;
}

export class World {
  readonly clock = new FakeClock();
  readonly lines = new FakeLines(24);
  readonly line = new FakeLine();
  readonly msi = new FakeMsi();
  readonly machine = new FakeMachine();
  readonly char = new FakeChar();
  readonly memory = new FakeMemory(0x8000);
  readonly disk = new MemoryBackend(new Uint8Array(0x4000));
  readonly entropy = seededEntropy(1);
  readonly log = new FakeLog();
  /** Of a network card: what it sends comes back. */
  readonly cable = new Cable();

  constructor() {
    const end = this.cable.plug(1, { offloads: NO_OFFLOADS, receive: (frame) => end.send(frame) });
  }

  /** All that others see of the device. */
  get seen() {
    const { lines, line, msi, machine, char, memory } = this;
    const disk = new Uint8Array(this.disk.size);
    this.disk.readSync(0, disk);
    return structuredClone({
      ...{ lines: lines.lines, line, sent: msi.sent, machine, output: char.output, pending: char.pending },
      up: this.cable.up,
      ...{ memory: memory.bytes, disk, entropy: this.entropy.save() },
    });
  }

  /** As `other`: who receives signals has a state of its own, which was loaded. */
  follow(other: World): void {
    const { lines, line, machine, char, msi } = this;
    this.clock.advance(other.clock.now());
    Object.assign(line, other.line);
    for (const [n, each] of lines.lines.entries()) Object.assign(each, other.lines.lines[n]);
    msi.sent.splice(0, msi.sent.length, ...other.msi.sent);
    Object.assign(machine, other.machine, { exits: [...other.machine.exits] });
    char.output = [...other.char.output];
    char.pending = [...other.char.pending];
    this.cable.setLink(other.cable.up);
    const { memory, disk } = other.seen;
    this.memory.bytes.set(memory);
    this.disk.writeSync(0, disk);
    this.entropy.load(new StateReader("entropy", other.entropy.save()));
  }
}

/** Numbers that say what to do: which way, where, how wide, with what. */
type Step = [kind: number, place: number, width: number, value: number];

const SMALL = 255;
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.nat({ max: 4 }),
    fc.nat({ max: 1000 }),
    fc.nat({ max: 2 }),
    fc.oneof(fc.nat({ max: 0xffffffff }), fc.nat({ max: SMALL })),
  ),
  { maxLength: 40 },
);

/** Does a step; what was read. */
async function take(world: World, lab: Lab, [kind, place, width, value]: Step): Promise<number> {
  const { regions, events = [] } = lab;
  let read = 0;
  if (kind === 0 && value < 2 ** 31) world.clock.advance(value % 2 ** (place % 20));
  else if (kind === 0) {
    // The host was late, by up to some seconds.
    world.clock.jump(value * (place % 4));
    world.clock.advance(0);
  } else if (kind === 1) events[place % Math.max(1, events.length)]?.(value);
  else if (regions.length > 0) {
    const [region, length] = regions[place % regions.length]!;
    const size = Math.min(1 << width, 2 ** Math.floor(Math.log2(length)));
    const at = Math.floor((value / 7) % length);
    const offset = Math.min(at - (at % size), length - size);
    if (kind === 2) read = region.read(offset, size);
    else region.write(offset, size, (value & (2 ** (8 * size) - 1)) >>> 0);
  }
  await lab.quiet?.();
  return read;
}

const saveAll = ({ parts }: Lab): DeviceState[] => parts.map((part) => part.save());

const seenOf = (world: World, lab: Lab): unknown => ({ ...world.seen, own: lab.seen?.() });

/** expect().toEqual takes seconds for a device with memory of its own. */
function same(a: unknown, b: unknown, what: string): void {
  if (isDeepStrictEqual(a, b)) return;
  throw new Error(`${what}: ${JSON.stringify(difference(a, b)).slice(0, 1000)}`);
}

/** The places where two values differ. */
function difference(a: unknown, b: unknown): unknown {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return [a, b];
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  const at = (value: object, name: string): unknown => (value as Record<string, unknown>)[name];
  return Object.fromEntries(
    [...fields]
      .filter((name) => !isDeepStrictEqual(at(a, name), at(b, name)))
      .map((name) => [name, difference(at(a, name), at(b, name))]),
  );
}

function load({ parts }: Lab, states: readonly DeviceState[]): void {
  for (const [n, part] of parts.entries()) part.load(new StateReader(part.name, structuredClone(states[n]!)));
}

export type Make = (world: World) => Lab | Promise<Lab>;

/** Throws where something else comes of a part that was saved and loaded than of one that went on. */
export async function goesOn(make: Make, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const first = new World();
      const a = await make(first);
      for (const step of before) await take(first, a, step);
      const saved = saveAll(a);
      same(saveAll(a), saved, "save() changes nothing");

      const second = new World();
      const b = await make(second);
      second.follow(first);
      const seen = seenOf(second, b);
      load(b, saved);
      same(seenOf(second, b), seen, "load() touches nothing else");
      for (const part of b.parts) part.settle?.();
      same(saveAll(b), saved, "what was loaded is what was saved");
      same(seenOf(second, b), seenOf(first, a), "settle() drives what was driven already");

      for (const step of after) same(await take(second, b, step), await take(first, a, step), `read after ${step}`);
      same(saveAll(b), saveAll(a), "both go on alike");
      same(seenOf(second, b), seenOf(first, a), "both are seen to go on alike");
    }),
    { numRuns: runs },
  );
}

/** Values that a state made by somebody else may have in any field. */
const STRANGE: readonly unknown[] = [
  ...[0, -1, 1, 0.5, 7, 8, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e300, -1e300],
  ...[Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, false, "", "x", "-1", "0", "18446744073709551615"],
  ...["99999999999999999999", [], [1], {}, new Uint8Array(), new Uint8Array(3)],
];

/** Every place in a state where there is a value: the way to it. */
function places(value: unknown, way: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...way]];
  if (value instanceof Uint8Array) return [[...way]];
  return [
    ...(way.length > 0 ? [[...way]] : []),
    ...Object.entries(value).flatMap(([name, part]) => places(part, [...way, name])),
  ];
}

/** A copy of a state with one place changed. */
function damaged(state: DeviceState, way: readonly string[], pick: number): DeviceState {
  const copy = structuredClone(state) as Record<string, unknown>;
  let holder = copy;
  for (const name of way.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
  const last = way.at(-1)!;
  const value = holder[last];
  if (value instanceof Uint8Array && value.length > 0 && pick % 4 > 0) {
    // A flipped bit, or the end missing.
    if (pick % 4 === 1) holder[last] = value.subarray(0, value.length - 1);
    else value[pick % value.length]! ^= 1 << (pick % 8);
  } else if (pick % 7 === 0) delete holder[last];
  else if (typeof value === "number" && pick % 7 === 1) holder[last] = value ^ (1 << (pick % 32));
  else if (Array.isArray(value) && pick % 7 === 2) holder[last] = [...value, ...value, 1];
  else holder[last] = STRANGE[pick % STRANGE.length];
  return copy as DeviceState;
}

/**
 * Throws where a state that somebody made up does anything but be refused in one sentence, or make a device that goes on in some way
 * without an error of ours.
 */
export async function refuses(make: Make, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), fc.nat(), steps, async (before, where, pick, after) => {
      const first = new World();
      const a = await make(first);
      for (const step of before) await take(first, a, step);
      const saved = saveAll(a);
      const n = where % saved.length;
      const ways = places(saved[n]!);
      if (ways.length === 0) return;
      saved[n] = damaged(saved[n]!, ways[where % ways.length]!, pick);

      const second = new World();
      const b = await make(second);
      second.follow(first);
      try {
        load(b, saved);
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        if (/^Saved state of [^\n]*: [^\n]+$/.test(error.message)) return;
        throw new Error(`not one sentence: ${error.message}`);
      }
      for (const part of b.parts) part.settle?.();
      for (const step of after) await take(second, b, step);
      saveAll(b);
    }),
    { numRuns: runs },
  );
}
