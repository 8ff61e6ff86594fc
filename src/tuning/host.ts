// Waits and sizes where the machine meets its host. Each constant names its record in docs/decisions/, which has the figures.

/** Longest slice of guest execution before the host's event loop is served, milliseconds. Record: run-slices. */
export const SLICE_MS = 4;
/** A halted CPU whose next timer is nearer than this polls the host's event loop instead of sleeping, nanoseconds. Record:
 *  run-slices. */
export const IDLE_SPIN_NS = 300_000;
/** Fewest instructions worth a call of run(). Record: run-slices. */
export const MIN_BUDGET = 1000;
/** First guess of the CPU's speed, instructions per nanosecond. Record: run-slices. */
export const FIRST_SPEED = 0.05;
/** Lowest speed that is believed, instructions per nanosecond: a run that only translated says nothing of the next one. Record:
 *  run-slices. */
export const SLOWEST = 0.002;
/** Longest run() at the speed of the last ones, nanoseconds: code may turn out to be much slower. Record: run-slices. */
export const RUN_NS = 1_000_000;
/** Most timers that fire between two runs: many more than a board has, and few enough for a guest, or a saved state, that arms one for
 *  the past again and again not to hold up the host. Record: run-slices. */
export const MOST_FIRED = 1000;
/** Milliseconds between two messages with output to the page while the guest writes without pause. Record: page-output. */
export const OUTPUT_MS = 16;
/** Milliseconds between two drawings of the terminal while the guest writes without pause. Record: page-output. */
export const SCREEN_MS = 50;
/** A page fetches images of disks in pieces of this many bytes. Record: disks-by-ranges. */
export const DISK_PIECE_BYTES = 512 << 10;
/** Most pieces fetched at once for a reader that reads them one after the other. Record: disks-by-ranges. */
export const DISK_AHEAD_PIECES = 8;
/** Milliseconds to wait before each repetition of a fetch that failed. Record: disks-by-ranges. */
export const DISK_RETRY_MS: readonly number[] = [300, 1000, 3000];
/** Most virtual time that passes between two reads of the clock while the guest executes, nanoseconds. Record: run-slices. */
export const STEADY_STEP_NS = 20_000_000;
/** Share of the passing time by which time owed is repaid. Record: run-slices. */
export const STEADY_REPAY = 1 / 4;
/** Most virtual time by which a sleeping guest wakes late, nanoseconds. Record: run-slices. */
export const STEADY_SLEEP_NS = 10e9;
/**
 * How much nicer than the machine's thread the threads are that V8 compiles and collects on. Four of them together must weigh less
 * than the machine's, or the kernel moves some to its core. A step of one is a factor of 1.25. Record: compiler-priority.
 */
export const NICE_COMPILERS = 10;
/** The same of the thread that makes regions, whose work is waited for. Record: compiler-priority. */
export const NICE_HELPER = 5;
/** How long a machine that is asked to end by a signal may take, milliseconds. Record: end-within-a-second. */
export const END_GRACE_MS = 500;
/** How long the readers of output are waited for by what has to end at once, milliseconds. Record: end-within-a-second. */
export const READER_PATIENCE_MS = 250;
/** A guest whose CPU does nothing but give up is told of so often at most, nanoseconds. Record: end-within-a-second. */
export const SHUTDOWN_TELL_NS = 1e9;
/** Output of the process is written when this many bytes have gathered, if not before. Record: console-buffers. */
export const OUTPUT_FLUSH_BYTES = 8192;
/** Bytes of the process's output that may be unread before the machine waits. Record: console-buffers. */
export const OUTPUT_UNREAD_BYTES = 64 << 10;
/** Milliseconds until a reader that was behind is tried again, at first; doubled up to OUTPUT_RETRY_MOST_MS. Record: console-buffers. */
export const OUTPUT_RETRY_MS = 1;
/** See OUTPUT_RETRY_MS. Record: console-buffers. */
export const OUTPUT_RETRY_MOST_MS = 16;
/** Bytes typed that the guest has not taken yet; more are dropped. Record: console-buffers. */
export const TYPED_AHEAD_BYTES = 64 << 10;
/** API: bytes of output that may be on their way or unread before the machine waits, and bytes kept while nobody reads. Record:
 *  console-buffers. */
export const OUTPUT_WINDOW = 1 << 20;
/** API: bytes of input that may be on their way before a write waits. Record: console-buffers. */
export const INPUT_WINDOW = 16 << 10;
/** Milliseconds between two looks at the machine's state for the API's events. Record: console-buffers. */
export const STATE_LOOK_MS = 200;
/** API: milliseconds between two looks at a shared folder that is watched. Record: virtio-9p-sizes. */
export const FOLDER_WATCH_MS = 500;
/** How long a guest may be idle that is to have an agent and has not opened its port, milliseconds. Record: agent-patience. */
export const AGENT_IDLE_MS = 10_000;
/** The same of one that is busy: it boots, or does something else. Record: agent-patience. */
export const AGENT_BUSY_MS = 300_000;
/** Most accesses to addresses without a device that are reported (-d). Record: log-limits. */
export const UNANSWERED_REPORTS = 1000;
/** Most different instructions reported as unimplemented. Record: log-limits. */
export const UNIMPLEMENTED_REPORTS = 20;
/** Bytes of L2 tables of a qcow2 image that are kept in memory. Record: qcow2-tables. */
export const QCOW2_TABLE_BYTES = 32 << 20;
/** Refcount blocks of one that are kept. Record: qcow2-tables. */
export const QCOW2_BLOCKS = 16;
/** How often a page's overlay that is in use is asked for again, and after how many milliseconds. Record: kept-overlays. */
export const IN_USE_TRIES = 50;
/** See IN_USE_TRIES. Record: kept-overlays. */
export const IN_USE_WAIT_MS = 100;
