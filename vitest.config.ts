import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["tests/setup.ts"],
    include: ["src/**/*.test.ts", "tests/**/*.test.ts", "guests/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
  },
});
