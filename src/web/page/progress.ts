import type { LoadProgress } from "../../api/api.js";

/** How long the list stays after the last file has come, milliseconds. */
const LINGER_MS = 600;

/** The list of files being loaded: a bar and the bytes of each. */
export class ProgressList {
  private readonly rows = new Map<string, { item: HTMLLIElement; bar: HTMLProgressElement; bytes: HTMLSpanElement }>();
  private readonly open = new Set<string>();

  constructor(private readonly list: HTMLUListElement) {}

  clear(): void {
    this.rows.clear();
    this.open.clear();
    this.list.replaceChildren();
    this.list.hidden = true;
  }

  show({ name, loaded, total, done }: LoadProgress): void {
    const { bar, bytes } = this.row(name);
    if (total !== undefined) {
      bar.max = Math.max(1, total);
      bar.value = done && total === 0 ? 1 : loaded;
    }
    bytes.textContent = total === undefined || loaded === total ? size(loaded) : `${size(loaded)} of ${size(total)}`;
    if (done) this.open.delete(name);
    else this.open.add(name);
    if (this.open.size > 0) this.list.hidden = false;
    else {
      setTimeout(() => {
        if (this.open.size === 0) this.list.hidden = true;
      }, LINGER_MS);
    }
  }

  private row(name: string) {
    let row = this.rows.get(name);
    if (!row) {
      const item = document.createElement("li");
      const label = document.createElement("span");
      label.className = "label";
      const file = document.createElement("span");
      file.textContent = name;
      const bytes = document.createElement("span");
      bytes.className = "bytes";
      label.append(file, bytes);
      const bar = document.createElement("progress");
      bar.setAttribute("aria-label", name);
      item.append(label, bar);
      this.list.append(item);
      row = { item, bar, bytes };
      this.rows.set(name, row);
    }
    return row;
  }
}

/** A number of bytes for people. */
function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}
