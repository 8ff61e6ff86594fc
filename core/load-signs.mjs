// A step of the build of the cores (core/asconfig.json). AssemblyScript marks `load<i32>` as signed, which means nothing for a load of all
// bits; but Binaryen joins `i64.extend_i32_u` and such a load to `i64.load32_s`, so `<u64><u32>load<i32>(p)` sign-extends. Written out
// and read again before it is optimised, the module has no such marks. tests/core/signs.test.ts holds this.

export default class LoadSigns {
  afterCompile(module) {
    module.runPasses(["roundtrip"]);
  }
}
