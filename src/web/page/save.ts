/** Has the browser save a file. */
export function save(contents: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(contents);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** For names of files. */
export function now(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(":", "-");
}
