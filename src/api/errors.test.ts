import { expect, it } from "vitest";
import { BlockError } from "../block/interfaces.js";
import { MachineError } from "../machine/host.js";
import { OptionError } from "../options/error.js";
import { postedError, receivedError } from "./errors.js";

const across = (error: unknown): MachineError => receivedError(structuredClone(postedError(error)));

it("keeps code, address and cause from one thread to another", () => {
  const cause = new TypeError("no network");
  const error = across(new MachineError("could not load", { code: "ERR_FILE", url: "http://site/x", cause }));
  expect(error).toBeInstanceOf(MachineError);
  expect(error).toMatchObject({ message: "could not load", code: "ERR_FILE", url: "http://site/x" });
  expect(error.cause).toMatchObject({ name: "TypeError", message: "no network", stack: cause.stack });
});

it("says whose fault it is", () => {
  expect(across(new OptionError("-x: invalid option")).code).toBe("ERR_OPTION");
  expect(across(new BlockError("no such image")).code).toBe("ERR_FILE");
  expect(across(new MachineError("no room")).code).toBe("ERR_MACHINE");
  expect(across(new RangeError("index"))).toMatchObject({ code: "ERR_INTERNAL", message: "internal error: index" });
  expect(across("thrown").message).toBe("internal error: thrown");
});
