// Runs a program of programs.ts on a hart with a UART and the test finisher; gives what it printed.

import { extensionsOf } from "../../../../src/arch/riscv/models.js";
import type { Engine, Tier1 } from "../../../../src/engine/engine.js";
import { BareHart } from "../../../../testing/riscv/machine.js";
import { FINISHER, START, UART } from "./programs.js";

/** The words that it printed. */
export function printed({ code }: { code: Uint8Array }, tier1?: (engine: Engine) => Tier1): string[] {
  let text = "";
  let ended = false;
  const hart = new BareHart({
    tier1,
    extensions: extensionsOf({ model: "rv64", features: [] }),
    hooks: {
      mmioWrite(address, _size, value) {
        if (address === UART) text += String.fromCharCode(value & 255);
        ended ||= address === FINISHER;
      },
    },
    ram: [{ address: START, length: 4 << 20 }],
  });
  hart.write(START, code);
  hart.run(START, 1_000_000);
  if (!ended) throw new Error(`the program waits without an end, after ${JSON.stringify(text)}`);
  return text.trim().split("\n");
}
