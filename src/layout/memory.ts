// Where the fixed parts of linear memory are. Read by both compilers (TypeScript and AssemblyScript), as all of this folder: plain
// constants only, offsets in bytes.
//
//   0          static data of the core (at most 512 KiB)
//   UNPACK_TABLES  of core/unpack (64 KiB)
//   ENGINE     pointers to the engine's tables, filled in by src/engine/memory.ts (engine.ts)
//   CPUS       state of each CPU: common part, guest part, tier 0 temporaries, caches (vcpu.ts), TLBs (tlb.ts)
//   ...        tables and caches, placed by src/engine/memory.ts, then guest RAM

/** Probabilities and checksum tables, while something is unpacked. */
export const UNPACK_TABLES = 0x80000;
export const ENGINE = 0x90000;
export const CPUS = 0xa0000;
