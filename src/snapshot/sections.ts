// Parts of a machine to sections and back. Loading is in two rounds: every part restores its registers, then every part settles.

import type { Stateful } from "../devices/interfaces.js";
import { StateError, StateReader } from "../devices/state.js";
import { FORMAT, type Section, type SnapshotHeader } from "./container.js";

/** A part with the id of its section. */
export type StatePart = readonly [id: string, part: Stateful];

/** Parts by name, those of one name numbered from the second on: "isa-serial", "isa-serial.1". */
export function named(parts: readonly (Stateful & { readonly name: string })[]): StatePart[] {
  const counts = new Map<string, number>();
  return parts.map((part) => {
    const count = counts.get(part.name) ?? 0;
    counts.set(part.name, count + 1);
    return [count === 0 ? part.name : `${part.name}.${count}`, part];
  });
}

export function saveSections(parts: readonly StatePart[]): Section[] {
  return parts.map(([id, part]) => ({ id, version: part.stateVersion, state: part.save() }));
}

/** Throws StateError naming the first section that is missing, that nobody wants, or of another version. Touches nothing. */
export function checkSections(sections: readonly Section[], parts: readonly StatePart[]): void {
  if (!Array.isArray(sections)) throw new StateError("Saved state: it has no sections");
  for (const section of sections) {
    if (typeof section?.id !== "string") throw new StateError("Saved state: a section has no name");
    const { state } = section;
    if (typeof state !== "object" || state === null || Array.isArray(state)) {
      throw new StateError(`Saved state of ${section.id}: there is nothing in it`);
    }
  }
  const versions = new Map(sections.map(({ id, version }) => [id, version]));
  if (versions.size !== sections.length) throw new StateError("Saved state: two sections have one name");
  for (const [id, part] of parts) {
    const version = versions.get(id);
    if (version === undefined) throw new StateError(`Saved state of ${id}: there is none`);
    if (version !== part.stateVersion) {
      throw new StateError(
        `Saved state of ${id}: version ${version}, and this program reads version ${part.stateVersion}`,
      );
    }
    versions.delete(id);
  }
  for (const id of versions.keys()) throw new StateError(`Saved state of ${id}: this machine has no such part`);
}

/** Restores registers of all parts, which were checked. Throws StateError; the machine is of no use then. */
export function loadSections(sections: readonly Section[], parts: readonly StatePart[]): void {
  const states = new Map(sections.map(({ id, state }) => [id, state]));
  for (const [id, part] of parts) part.load(new StateReader(id, states.get(id)!));
}

export function settle(parts: readonly StatePart[]): void {
  for (const [, part] of parts) part.settle?.();
}

/** Throws StateError with one sentence that says what of the saved machine is not as this one is. */
export function checkHeader(saved: SnapshotHeader, own: SnapshotHeader): void {
  const { engine, machine, cpu, options } = saved;
  const words = [engine, machine, cpu].every((text) => typeof text === "string");
  if (!words || typeof options !== "object" || options === null) {
    throw new StateError("Saved state: its header does not say what machine it is of");
  }
  if (saved.format !== FORMAT) {
    throw new StateError(
      `Saved state: its format is ${saved.format}, and this program (${own.engine}) reads format ${FORMAT}`,
    );
  }
  const refuse = (what: string, there: string | undefined, here: string | undefined): never => {
    const says = (value: string | undefined): string => (value === undefined ? "none" : `'${value}'`);
    throw new StateError(`Saved state: ${what} is ${says(there)} there and ${says(here)} in this machine`);
  };
  if (minor(saved.engine) !== minor(own.engine)) refuse("the program's version", saved.engine, own.engine);
  if (saved.machine !== own.machine) refuse("the machine", saved.machine, own.machine);
  if (saved.cpu !== own.cpu) refuse("the CPU", saved.cpu, own.cpu);
  for (const name of new Set([...Object.keys(own.options), ...Object.keys(saved.options)])) {
    if (saved.options[name] !== own.options[name]) refuse(name, saved.options[name], own.options[name]);
  }
}

/** What one minor version wrote the same minor version reads. */
function minor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
