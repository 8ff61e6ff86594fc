// machine.exec(): a command of the user, and what came of it.

import type { ExecOptions, ExecResult } from "../../services.js";
import type { Agent } from "./agent.js";
import { signalName } from "./errors.js";
import { execRequest } from "./request.js";

const MOST_OUTPUT = 256 << 20;

/** All of it: a mark of byte order at the beginning is the command's, too. */
function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

export async function execute(
  agent: Agent,
  command: string | readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { signal, maxOutput = MOST_OUTPUT } = options;
  const ran = await agent.run(execRequest(command, options), { most: maxOutput, signal });
  return {
    stdout: text(ran.output),
    stderr: text(ran.errors),
    exitCode: ran.exitCode,
    signal: ran.signal === 0 ? undefined : signalName(ran.signal),
    timedOut: ran.timedOut,
  };
}
