// A machine of type `pc` as the monitor sees it.

import { infoPci } from "../../devices/pci/describe.js";
import { stateReader } from "../../engine/state-reader.js";
import { S_MODE } from "../../layout/vcpu.js";
import { infoBlock } from "../../monitor/info-block.js";
import { infoJit } from "../../monitor/info-jit.js";
import type { MonitorTarget, Topic } from "../../monitor/target.js";
import { LOG_ITEMS, type LogItem } from "../../options/config.js";
import { infoPic } from "./info-pic.js";
import { infoQtree } from "./info-qtree.js";
import type { PcMachine } from "./machine.js";

export function pcTarget(machine: PcMachine, version: string): MonitorTarget {
  const { x86: cpu, devices: board, config } = machine;
  const { memory, log, registers, drives } = machine.pc;
  const { arch } = cpu.engine;
  const state = stateReader(cpu.engine.core, cpu.vcpu);
  const readPhysical = (address: number, length: number): Uint8Array | undefined =>
    memory.view(address, length)?.slice();
  const status = (): string => {
    switch (machine.state) {
      case "prelaunch":
        return "paused (prelaunch)";
      case "shutdown":
        return "paused (shutdown)";
      case "suspended":
        return "paused (suspended)";
      case "paused":
        return machine.pauseReason === "io-error" ? "paused (io-error)" : "paused";
      default:
        return machine.state === "running" ? "running" : "paused";
    }
  };
  const topics = new Map<string, Topic>([
    ["block", { help: "show info of all block devices", text: () => infoBlock(drives) }],
    ["jit", { help: "show dynamic compiler info", text: () => infoJit(cpu.engine) }],
    ["lapic", { help: "show local apic state", text: () => stateText(board.lapic.save()) }],
    [
      "mem",
      { help: "show the active virtual memory mappings", text: () => arch.pageTables.ranges(state, readPhysical) },
    ],
    ["mtree", { help: "show memory tree", text: () => mtree(machine) }],
    ["name", { help: "show the current VM name", text: () => (config.name === "" ? "" : `${config.name}\n`) }],
    ["pci", { help: "show PCI info", text: () => infoPci(board.pci.bus) }],
    ["pic", { help: "show PIC state", text: () => infoPic(board.ioapic.save(), board.pic.save()) }],
    ["qtree", { help: "show device tree", text: () => infoQtree(board) }],
    ["registers", { help: "show the cpu registers", text: () => `\nCPU#0\n${registers()}` }],
    ["status", { help: "show the current VM status (running|paused)", text: () => `VM status: ${status()}\n` }],
    [
      "tlb",
      { help: "show virtual to physical memory mappings", text: () => arch.pageTables.pages(state, readPhysical) },
    ],
    [
      "uuid",
      { help: "show the current VM UUID", text: () => `${config.uuid ?? "00000000-0000-0000-0000-000000000000"}\n` },
    ],
    ["version", { help: "show the version of wasmachine", text: () => `${version}\n` }],
  ]);
  return {
    version,
    name: config.name,
    status,
    stop: () => machine.pause(),
    cont: () => machine.resume(),
    reset: () => machine.resetByUser(),
    powerDown: () => machine.powerDown(),
    wakeUp: () => machine.wakeUp(),
    nmi: () => machine.request(() => board.lapic.lint1.set(true)),
    quit: () => machine.quit(),
    readPhysical,
    translate: (address) => cpu.translate(address),
    register: (name) => arch.register(state, name),
    disassemble(code, address) {
      if (code.length === 0) return undefined;
      const [low, high] = [Number(address & 0xffffffffn) | 0, Number(address >> 32n) | 0];
      return cpu.engine.frontend.disassemble(code, low, high, state.u32(S_MODE));
    },
    addressBits: () => arch.addressBits(state),
    setLog(items) {
      const names = items === "none" ? [] : items.split(",");
      const unknown = names.find((name) => !LOG_ITEMS.some(([item]) => item === name));
      if (unknown !== undefined) return `unknown log item '${unknown}'`;
      log.set(names as LogItem[]);
      return undefined;
    },
    topics,
  };
}

/** Saved state of a device, a field a line. */
function stateText(state: object, indent = "  "): string {
  return Object.entries(state)
    .map(([name, value]: [string, unknown]) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
        return `${indent}${name}:\n${stateText(value, `${indent}  `)}`;
      }
      return `${indent}${name} = ${show(value)}\n`;
    })
    .join("");
}

function show(value: unknown): string {
  if (typeof value === "number") return value < 10 ? String(value) : `0x${value.toString(16)}`;
  if (Array.isArray(value)) return value.map(show).join(" ");
  if (value instanceof Uint8Array)
    return [...value.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return String(value);
}

function mtree({ devices: board }: PcMachine): string {
  const range = ({ address, length, name }: { address: number; length: number; name: string }): string =>
    `  ${hex16(address)}-${hex16(address + length - 1)}: ${name}\n`;
  const ram = [{ address: 0, length: board.ramLow, name: "ram-below-4g" }];
  if (board.ramHigh > 0) ram.push({ address: 2 ** 32, length: board.ramHigh, name: "ram-above-4g" });
  return `memory:\n${[...ram, ...board.mmio.list()].map(range).join("")}I/O:\n${board.ports.list().map(range).join("")}`;
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, "0");
}
