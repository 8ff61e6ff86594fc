// Threads of a browser that cannot be asked for its workers, as Linux lists them (proc(5)).

import { readdirSync, readFileSync } from "node:fs";

/** Threads called `name` in the process `root` and all that it has started; undefined where there is no /proc. */
export function countThreads(root: number, name: string): number | undefined {
  const children = new Map<number, number[]>();
  const processes = numbersIn("/proc");
  if (processes.length === 0) return undefined;
  for (const process of processes) {
    const parent = parentOf(process);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), process]);
  }
  const count = (process: number): number => {
    const own = numbersIn(`/proc/${process}/task`).filter(
      (thread) => read(`/proc/${process}/task/${thread}/comm`).trim() === name,
    );
    return (children.get(process) ?? []).reduce((sum, child) => sum + count(child), own.length);
  };
  return count(root);
}

/** A process may end while it is looked at: then the list is empty, the text too. */
function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** Field 4 of its stat file, counted behind the name, which may have spaces and parentheses. */
function parentOf(process: number): number | undefined {
  const stat = read(`/proc/${process}/stat`);
  const field = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  return field === undefined ? undefined : Number(field);
}
