#!/usr/bin/env node
import { main } from "./main.js";

// As cli.ts.
process.exit(await main(process.argv.slice(2), undefined, "riscv64"));
