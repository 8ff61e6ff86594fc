import { MachineError } from "../host.js";
export async function loadKernel(_: unknown): Promise<never> { throw new MachineError("kernel loader not there yet"); }
