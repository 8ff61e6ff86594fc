// What `info` shows of every machine. Devices, boards and guests say the rest themselves.

import type { ReadPhysical, StateReader } from "../arch/arch.js";
import type { Topic } from "../devices/interfaces.js";
import { infoBlock } from "./info-block.js";
import { infoJit } from "./info-jit.js";
import { infoMtree } from "./info-mtree.js";
import { infoQtree } from "./info-qtree.js";
import { infoNetwork, infoUsernet } from "./network.js";
import type { MonitorSources } from "./sources.js";

interface View {
  readonly version: string;
  readonly state: StateReader;
  readonly readPhysical: ReadPhysical;
  status(): string;
}

const NO_UUID = "00000000-0000-0000-0000-000000000000";

export function machineTopics(sources: MonitorSources, { version, state, readPhysical, status }: View): Topic[] {
  const { machine, cpu, bus, ram, drives, network, mainboard, registers } = sources;
  const { name, uuid = NO_UUID } = machine.config;
  const { pageTables } = cpu.engine.arch;
  const row = (topic: string, help: string, text: () => string): Topic => ({ name: topic, help, text });
  return [
    row("block", "show info of all block devices", () => infoBlock(drives)),
    row("jit", "show dynamic compiler info", () => infoJit(cpu.engine)),
    row("mem", "show the active virtual memory mappings", () => pageTables.ranges(state, readPhysical)),
    row("mtree", "show memory tree", () => infoMtree(ram, bus)),
    row("name", "show the current VM name", () => (name === "" ? "" : `${name}\n`)),
    row("network", "show the network state", () => infoNetwork(network)),
    row("qtree", "show device tree", () => infoQtree(sources)),
    row("registers", "show the cpu registers", () => `\nCPU#0\n${registers()}`),
    row("status", "show the current VM status (running|paused)", () => `VM status: ${status()}\n`),
    row("tlb", "show virtual to physical memory mappings", () => pageTables.pages(state, readPhysical)),
    row("usernet", "show user network stack connection states", () => infoUsernet(network)),
    row("uuid", "show the current VM UUID", () => `${uuid}\n`),
    row("version", "show the version of wasmachine", () => `${version}\n`),
    ...(mainboard.topics ?? []),
    ...mainboard.devices.flatMap(({ topics = [] }) => topics),
  ];
}
