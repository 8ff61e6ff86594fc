// Overlays in IndexedDB, for pages whose workers have no files. All that was written is in memory as well; a flush puts what is new into
// the database in one transaction.

import { CLUSTER, type Clusters, MemoryClusters, type SavedCluster } from "../../block/clusters.js";
import { BlockError } from "../../block/interfaces.js";
import { flatten, mapBytes } from "../../block/layers/flat.js";
import { refuseOther } from "../../block/layers/layers.js";
import type { Identity } from "../../block/layers/record.js";
import type { Part } from "./container.js";
import { isError, noRoom } from "./errors.js";

const DATABASE = "wasmachine";
/** Identity by an overlay's name, and clusters by name and index. */
const [OVERLAYS, CLUSTERS] = ["overlays", "clusters"] as const;

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

export function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(OVERLAYS);
    request.result.createObjectStore(CLUSTERS);
  };
  return asked(request);
}

const clustersOf = (name: string): IDBKeyRange => IDBKeyRange.bound([name], [name, []]);

export async function listDatabase(database: IDBDatabase): Promise<{ name: string; bytes: number }[]> {
  const stores = database.transaction([OVERLAYS, CLUSTERS]);
  const names = (await asked(stores.objectStore(OVERLAYS).getAllKeys())) as string[];
  return Promise.all(
    names.map(async (name) => {
      const count = await asked(stores.objectStore(CLUSTERS).count(clustersOf(name)));
      return { name, bytes: count * CLUSTER };
    }),
  );
}

export async function deleteFromDatabase(database: IDBDatabase, name: string): Promise<void> {
  const stores = database.transaction([OVERLAYS, CLUSTERS], "readwrite");
  stores.objectStore(OVERLAYS).delete(name);
  stores.objectStore(CLUSTERS).delete(clustersOf(name));
  await ended(stores);
}

/** The files of a layer that has what is kept. */
export async function exportDatabase(database: IDBDatabase, name: string): Promise<Part[]> {
  const stores = database.transaction([OVERLAYS, CLUSTERS]);
  const identity = (await asked(stores.objectStore(OVERLAYS).get(name))) as Identity;
  const clusters = (await asked(stores.objectStore(CLUSTERS).getAll(clustersOf(name)))) as SavedCluster[];
  return [
    { name: "0.data", contents: new Blob(clusters.map(({ data }) => data as Uint8Array<ArrayBuffer>)) },
    { name: "0.map0", contents: new Blob([mapBytes(identity, clusters)]) },
    { name: "0.map1", contents: new Blob([]) },
  ];
}

/** Keeps what the files of layers have, all or nothing. */
export async function importDatabase(database: IDBDatabase, name: string, parts: readonly Part[]): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const { name: file, contents } of parts) files.set(file, new Uint8Array(await contents.arrayBuffer()));
  const { identity, clusters } = flatten(files);
  const stores = database.transaction([OVERLAYS, CLUSTERS], "readwrite", { durability: "strict" });
  stores.objectStore(OVERLAYS).put(identity, name);
  for (const cluster of clusters) stores.objectStore(CLUSTERS).put(cluster, [name, cluster.index]);
  await ended(stores);
}

export class DatabaseClusters implements Clusters {
  readonly later = true;
  private readonly memory = new MemoryClusters();
  private readonly changed = new Set<number>();
  private last: Promise<void> = Promise.resolve();
  private failure: BlockError | undefined;

  private constructor(
    private readonly database: IDBDatabase,
    private readonly name: string,
    /** Lets others have it. */
    private readonly release: () => void,
  ) {}

  /** Rejects with BlockError where it belongs to another image. */
  static async open(database: IDBDatabase, name: string, identity: Identity, release: () => void): Promise<Clusters> {
    const made = new DatabaseClusters(database, name, release);
    const stores = database.transaction([OVERLAYS, CLUSTERS], "readwrite");
    const before = (await asked(stores.objectStore(OVERLAYS).get(name))) as Identity | undefined;
    if (before) refuseOther(name, before, identity);
    if (!before) stores.objectStore(OVERLAYS).put({ ...identity }, name);
    const clusters = (await asked(stores.objectStore(CLUSTERS).getAll(clustersOf(name)))) as SavedCluster[];
    made.memory.replace(clusters, identity.size);
    await ended(stores);
    return made;
  }

  present(index: number): Uint8Array | undefined {
    return this.memory.present(index);
  }

  read(index: number, at: number, into: Uint8Array): void {
    this.memory.read(index, at, into);
  }

  write(index: number, at: number, from: Uint8Array): void {
    this.memory.write(index, at, from);
    this.changed.add(index);
  }

  flush(): Promise<void> {
    const flushed = this.last.catch(() => {}).then(() => this.put());
    this.last = flushed;
    return flushed;
  }

  close(): void {
    this.database.close();
    this.memory.close();
    this.release();
  }

  private async put(): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.changed.size === 0) return;
    const indexes = [...this.changed];
    this.changed.clear();
    try {
      const stores = this.database.transaction(CLUSTERS, "readwrite", { durability: "strict" });
      for (const index of indexes) stores.objectStore(CLUSTERS).put(this.memory.copy(index), [this.name, index]);
      await ended(stores);
    } catch (error) {
      // Nothing of the transaction is there.
      for (const index of indexes) this.changed.add(index);
      if (isError(error, "QuotaExceededError")) throw noRoom();
      this.failure = new BlockError((error as Error).message);
      throw this.failure;
    }
  }
}
