// Waits and sizes where the machine meets its host.

/** Longest slice of guest execution before the host's event loop is served, milliseconds. */
export const SLICE_MS = 4;
/** A halted CPU whose next timer is nearer than this polls the host's event loop instead of sleeping, nanoseconds. */
export const IDLE_SPIN_NS = 300_000;
/** While the guest writes on and on its output is posted to the page so often, and the terminal is drawn so often, milliseconds. */
export const OUTPUT_MS = 16;
export const SCREEN_MS = 50;
/** Images of disks in a page are fetched by pieces of this many bytes, those that are read one after the other by so many at once at most. */
export const DISK_PIECE_BYTES = 512 << 10;
export const DISK_AHEAD_PIECES = 8;
/** A piece that could not be fetched is asked for again after so many milliseconds each. */
export const DISK_RETRY_MS: readonly number[] = [300, 1000, 3000];
/** Most virtual time that passes between two looks at the clock while the guest executes, nanoseconds. */
export const STEADY_STEP_NS = 20_000_000;
