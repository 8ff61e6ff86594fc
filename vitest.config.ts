// Unit tests run first, then what boots machines and browsers: with two cores busy, no test waits for another's build.

import { defineConfig } from "vitest/config";

const SLOW = [
  "tests/system/**/*.test.ts",
  "tests/browser/**/*.test.ts",
  "tests/proof/runner/samples.test.ts",
  // It looks at the built page.
  "tests/package.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          globalSetup: ["tests/setup.ts"],
          include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: SLOW,
          testTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          globalSetup: ["tests/setup.ts", "tests/setup-guest.ts", "tests/setup-page.ts"],
          include: SLOW,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
