import { execFileSync } from "node:child_process";

/** The commit that is proved; with a word where files differ from it. */
export function commitOf(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("rev-parse", "HEAD");
    return git("status", "--porcelain", "--", ".", ":!docs") === "" ? commit : `${commit} with changes`;
  } catch {
    return "unknown";
  }
}
