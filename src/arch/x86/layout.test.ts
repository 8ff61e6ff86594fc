import { expect, it } from "vitest";
import { GUEST_STATE_SIZE, S_GUEST } from "../../layout/vcpu.js";
import * as layout from "./layout.js";

/** The first register of the store has its own name, too. */
const ALIASES = new Set(["X_MSR_STORE"]);
/** A size, not a place. */
const SIZES = new Set(["X_MSR_STORE_SIZE"]);

// Two changes that are merged may take the same free place, and no conflict says so.
it("gives each part of the state a place of its own, inside the guest's state", () => {
  const names = new Map<number, string>();
  for (const [name, offset] of Object.entries(layout)) {
    if (!name.startsWith("X_") || typeof offset !== "number" || ALIASES.has(name) || SIZES.has(name)) continue;
    expect(names.get(offset), `${name} lies where another slot does`).toBeUndefined();
    expect(offset, name).toBeGreaterThanOrEqual(S_GUEST);
    expect(offset, name).toBeLessThan(S_GUEST + GUEST_STATE_SIZE);
    names.set(offset, name);
  }
  expect(names.size).toBeGreaterThan(50);
});
