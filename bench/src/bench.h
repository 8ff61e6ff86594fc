// Common interface of the benchmark set. Each benchmark is a `struct bench`; the multi-call
// program `benchsuite` runs the one whose name it was called by.
#ifndef BENCH_H
#define BENCH_H
#include <stdint.h>
#include <stddef.h>

struct bench {
  const char *name;
  const char *unit;        // unit of the printed figure; higher is always better
  double per_batch;        // how many units one batch is worth
  int (*setup)(void);      // may be NULL; non-zero: not available here (prints SKIP)
  uint32_t (*batch)(void); // one batch of work; the returned value must be the same every time
  uint32_t expect;         // the value every batch must return
  void (*prepare)(void);   // may be NULL; before every batch, not timed
};

extern const struct bench b_coreloop, b_intloop, b_sieve, b_memwalk, b_memcpy, b_sha256;
extern const struct bench b_nbody, b_matmul, b_forkexec, b_syscall, b_pipe, b_fault, b_gzip, b_sh;
extern const struct bench b_blkread, b_python, b_dispersed2k, b_dispersed50k;
extern const struct bench b_diskread, b_diskwrite, b_diskread4k, b_diskwrite4k;
#endif
