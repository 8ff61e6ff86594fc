// The rooms of the house in the order of their layers: a file imports from its own room and from rooms above it in this list. A file is
// in the room with the longest name that its path begins with; some files are rooms of their own. Rooms that are not there yet have their
// place already.

export const ROOMS: readonly string[] = [
  // What everybody may use.
  "src/base",
  "src/layout",
  "src/tuning",
  // Back ends and devices: they know no CPU.
  "src/block",
  "src/net",
  "src/fs",
  "src/display",
  "src/devices",
  "src/chardev",
  "src/options",
  "src/snapshot",
  // Translation: it knows no guest.
  "src/ir",
  "src/arch",
  "src/tier0",
  "src/tier1/form",
  "src/tier1/emit",
  "src/tier1/link",
  "src/tier1/cache",
  "src/tier1/policy",
  "src/tier1",
  "src/engine",
  // Machines.
  "src/boot",
  "src/machine/semihosting",
  "src/machine",
  "src/arch/riscv/layout.ts",
  "src/arch/riscv/vector.ts",
  "src/arch/riscv/frontend",
  "src/arch/riscv",
  "src/arch/x86/layout.ts",
  "src/arch/x86/tuning.ts",
  "src/arch/x86/host-calls.ts",
  "src/arch/x86/frontend",
  "src/arch/x86",
  "src/guests",
  "src/monitor",
  "src/gdb",
  "src/machines/registry",
  "src/machines/create",
  "src/machines/virt",
  "src/machines/spike",
  "src/machines/pc",
  "src/machines",
  // Ways to use one.
  "src/api",
  "src/node",
  "src/web",
  "src/images",
  "src/commands",
  // The other compiler's rooms. They read layouts, numbers and operations of src.
  "core/engine",
  "core/engine/codemap",
  "core/engine/softmmu",
  "core/engine/lookup",
  "core/engine/encoder",
  "core/engine/interpreter",
  "core/engine/dispatcher",
  "core/engine/exports.ts",
  "core/float",
  "core/unpack",
  "core/arch/riscv",
  "core/arch/x86",
  "core/testing",
  "core",
  // What tests, benches and tools share, and what they are.
  "testing",
  "bench",
  "tools",
  "tests/arch/toy",
  "tests/arch/riscv",
  "tests/arch/x86",
  "tests/kernels",
  "tests/durability",
  "tests/images",
  "tests/core",
  "tests/browser",
  "tests/system",
  "tests/folders",
  "tests/proof",
  "tests/house",
  "tests/state",
  "tests",
  "examples",
];

/** Imports upwards that are there still, as `file -> room`: this list only gets shorter. */
export const KNOWN_UPWARDS: ReadonlySet<string> = new Set([]);

/** The room of a file, by its path from the root. */
export function roomOf(file: string): string | undefined {
  let found: string | undefined;
  for (const room of ROOMS)
    if ((file === room || file.startsWith(`${room}/`)) && room.length > (found?.length ?? 0)) found = room;
  return found;
}
