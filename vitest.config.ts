// Four kinds of tests. `unit` is for while one works: npm run check. What takes minutes for its many cases is `instructions`, and what
// starts programs, boots machines or opens browsers is `system` and `browser`; these run last, so that with two cores busy no test
// waits for another's build. docs/testing.md says what each proves.

import { defineConfig } from "vitest/config";

const BROWSER = [
  "tests/browser/**/*.test.ts",
  // It looks at the built page.
  "tests/package.test.ts",
];
const SYSTEM = [
  "tests/system/**/*.test.ts",
  "tests/proof/runner/samples.test.ts",
  // They start the programs.
  "tests/start.test.ts",
  "src/node/cli.test.ts",
  "src/node/index.test.ts",
  "src/commands/commands.test.ts",
  "tests/agent/*.test.ts",
  "tests/house/guides.test.ts",
];
const INSTRUCTIONS = [
  "tests/arch/*/corpus/corpus.test.ts",
  "tests/arch/*/vector/vector.test.ts",
  "tests/arch/*/cpu/corpus32.test.ts",
  "tests/arch/*/faults/sweep.test.ts",
  "tests/arch/*/hostile/*.test.ts",
  "tests/arch/*/random/*.test.ts",
  "tests/arch/*/simd/*.test.ts",
  "tests/arch/*/vendors/*.test.ts",
  "tests/arch/*/x87/*.test.ts",
  // Every instruction, or random ones by the hundred, in both tiers.
  "src/arch/riscv/frontend/verify.test.ts",
  "src/arch/x86/frontend/translate.test.ts",
  "tests/arch/riscv/{machine/machine,privileged,status}.test.ts",
  "tests/arch/toy/{atomic,lockstep,region-helper,tier1}.test.ts",
  "tests/arch/x86/cpu/tiers.test.ts",
  "tests/arch/x86/faults/{code16,events,order}.test.ts",
  // Random lives of every device, saved at any moment.
  "tests/state/{devices,virt}.test.ts",
  // Thousands of random regions.
  "src/tier1/emit/emit.test.ts",
  // They compile the cores anew, and look at all that is in them.
  "tests/core/{float-rules,signs,static-data}.test.ts",
];

const BUILD = "tests/setup.ts";
const GUEST = "testing/setup-guest.ts";
const PAGE = "testing/setup-page.ts";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          globalSetup: [BUILD],
          include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [...INSTRUCTIONS, ...SYSTEM, ...BROWSER],
          // No file changes what another sees: with a process for each, a quarter of the time went into loading the same modules again.
          isolate: false,
          testTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "instructions",
          globalSetup: [BUILD],
          include: INSTRUCTIONS,
          testTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          globalSetup: [BUILD, GUEST, PAGE],
          include: SYSTEM,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "browser",
          globalSetup: [BUILD, GUEST, PAGE],
          include: BROWSER,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
