// A disk that brings the agent into a guest of somebody else's: a shell script, and behind it the agent for each processor.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { agentFile } from "./build.js";
import { GuestError } from "./run.js";

/** As uname -m has them. */
const PROCESSORS = ["x86_64", "riscv64", "aarch64"];
const BLOCK = 4096;
const PLACES = "@PLACES@";
/** Room for the numbers of the places, which are not known before the script's length is. */
const SCRIPT_BLOCKS = 2;

export interface AgentDisk {
  readonly bytes: Uint8Array;
  readonly processors: readonly string[];
}

/** `folder` has the script, `agents` the programs. Throws GuestError where there are none. */
export function agentDisk(folder: string, agents: string): AgentDisk {
  const processors = PROCESSORS.filter((name) => existsSync(agentFile(agents, name)));
  if (processors.length === 0) throw new GuestError(`${agents} has no agent: it was built without a C compiler`);
  const programs = processors.map((name) => readFileSync(agentFile(agents, name)));
  let next = SCRIPT_BLOCKS;
  const places = programs.map((program, n) => {
    const at = next;
    next += Math.ceil(program.length / BLOCK);
    return { at, program, line: `${processors[n]} ${at} ${program.length}` };
  });
  const text = readFileSync(join(folder, "agent.sh"), "utf8").replace(
    PLACES,
    places.map(({ line }) => line).join("\n"),
  );
  const script = new TextEncoder().encode(text);
  if (script.length > SCRIPT_BLOCKS * BLOCK) throw new Error(`agent.sh has ${script.length} bytes`);
  const bytes = new Uint8Array(next * BLOCK);
  // A shell that reads on finds empty lines.
  bytes.fill(0x0a, 0, SCRIPT_BLOCKS * BLOCK);
  bytes.set(script);
  for (const { at, program } of places) bytes.set(program, at * BLOCK);
  return { bytes, processors };
}
