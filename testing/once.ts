// The setup of more than one project of tests is done once a run.

export function once(name: string, act: () => void): void {
  const key = `WASMACHINE_TESTS_${name}`;
  if (process.env[key]) return;
  act();
  process.env[key] = "done";
}
