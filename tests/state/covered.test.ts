// Whatever has a state is tested: a file of src that says a version of one is here, with the test it is in.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BOARD_LABS } from "./board-labs.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Files whose state other tests are about, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  // Through the rows of the registry: all that is in the folder of a type.
  "src/devices/pci/function.ts": "tests/state/devices.test.ts",
  "src/devices/pci/config-ports.ts": "tests/state/devices.test.ts",
  "src/devices/virtio/device.ts": "tests/state/devices.test.ts",
  "src/devices/virtio/transport/core.ts": "tests/state/devices.test.ts",
  "src/devices/timer/pit8254/port61.ts": "tests/state/devices.test.ts",
  "src/chardev/mux.ts": "tests/state/parts.test.ts",
  "src/machine/clock/clock.ts": "tests/state/parts.test.ts",
  "src/machine/clock/steady-time.ts": "tests/state/parts.test.ts",
  "src/machine/clock/wall-clock.ts": "tests/state/parts.test.ts",
  "src/machine/entropy.ts": "tests/state/parts.test.ts",
  "src/machine/overlay-state.ts": "tests/state/parts.test.ts",
  // Whole machines.
  "src/arch/x86/state.ts": "tests/proof/saves.ts",
  "src/arch/riscv/state.ts": "tests/proof/saves-riscv64.ts",
  "src/machine/machine.ts": "tests/proof/saves.ts",
  "src/machines/virt/riscv/supervisor-timers.ts": "src/machines/virt/riscv/supervisor-timers.test.ts",
  "src/machines/pc/a20.ts": "tests/proof/saves.ts",
  "src/machines/pc/bios/services.ts": "src/machines/pc/bios/services.test.ts",
  // They say what a state is.
  "src/devices/state.ts": "",
};

function files(folder: string): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

test("every part with a state has a test of it", () => {
  const all = files("src");
  const typed = all.filter((file) => file.endsWith("/type.ts")).map((file) => file.slice(0, -"type.ts".length));
  const stateful = all.filter(
    (file) =>
      file.endsWith(".ts") &&
      !/\.test\.ts$|testing/.test(file) &&
      /\bstateVersion(: number)? = |\bstateVersion: /.test(readFileSync(ROOT + file, "utf8")),
  );
  const untested = stateful.filter(
    (file) => !(file in BOARD_LABS) && !(file in ELSEWHERE) && !typed.some((folder) => file.startsWith(folder)),
  );
  expect(untested, "add a lab to tests/state/board-labs.ts").toEqual([]);
  const gone = [...Object.keys(BOARD_LABS), ...Object.keys(ELSEWHERE)].filter((file) => !stateful.includes(file));
  expect(gone).toEqual([]);
});
