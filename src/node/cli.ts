#!/usr/bin/env node
import { main } from "./main.js";

// Standard input may still be open: the process ends with the machine.
process.exit(await main(process.argv.slice(2)));
