// Displays: what is not there yet.

import { optionError } from "../error.js";
import { absent, flag, help, type OptionSection } from "../row.js";

const INSTEAD_OF_DISPLAY =
  "leave -display out and the console is the terminal (Linux: -append console=ttyS0), or write -display none";

export const DISPLAY: OptionSection = {
  title: "Display options",
  rows: [
    flag(["nographic"], "console and monitor on the terminal (the default)", (state) => {
      state.nographic = true;
    }),
    {
      names: ["display"],
      argument: "none",
      help: "no console but those of -serial and -monitor",
      apply(state, option, value) {
        if (help(() => "Available display backend types:\nnone\n", value, state)) return;
        if (value !== "none") throw optionError(option, value, `there is no display yet: ${INSTEAD_OF_DISPLAY}`);
        state.display = true;
      },
    },
    absent("vga", "VGA", " (the console is the terminal; Linux: -append console=ttyS0), or write -vga none"),
  ],
};
