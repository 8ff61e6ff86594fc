// benchsuite: runs one benchmark for a fixed time and prints one figure.
//   NAME [seconds]            (called by a link named after the benchmark)
//   benchsuite NAME [seconds] ; benchsuite list
// Output: BENCH NAME <figure> <unit> batches=<n> secs=<guest s> cpu=<guest CPU s> cold=<c>x sum=<checksum>
// A third of the time goes first into an untimed warm-up; cold is the very first batch's time over
// the mean batch's, which shows what a just-in-time compiler's warm-up costs. Time is the guest's
// CLOCK_MONOTONIC. A benchmark with a preparation has that in its CPU time, but not in its seconds.
#include "bench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const struct bench *all[] = {
  &b_coreloop, &b_intloop, &b_sieve, &b_memwalk, &b_memcpy, &b_sha256, &b_nbody, &b_matmul,
  &b_syscall, &b_pipe, &b_fault, &b_forkexec, &b_sh, &b_gzip, &b_blkread, &b_python,
  &b_dispersed2k, &b_dispersed50k,
  &b_diskread, &b_diskwrite, &b_diskread4k, &b_diskwrite4k, NULL };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double cpu(void) { // CPU time of this process and its finished children
  double t = 0;
  for (int who = 0; who < 2; who++) {
    struct rusage r;
    getrusage(who ? RUSAGE_CHILDREN : RUSAGE_SELF, &r);
    t += r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
  }
  return t;
}

// Seconds of one batch; a result that is not the expected one stays in *sum.
static double timed(const struct bench *b, uint32_t *sum, uint32_t *bad) {
  if (b->prepare) b->prepare();
  double from = now();
  uint32_t got = b->batch();
  double t = now() - from;
  if (got != b->expect) { *bad = 1; *sum = got; }
  return t;
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/');
  name = name ? name + 1 : argv[0];
  if (!strncmp(name, "benchsuite", 10)) {
    if (argc < 2) { fprintf(stderr, "benchsuite NAME [seconds] | list\n"); return 2; }
    name = argv[1]; argv++; argc--;
  }
  if (!strcmp(name, "list")) {
    for (int i = 0; all[i]; i++)
      if (all[i]->batch) puts(all[i]->name);
    return 0;
  }
  double limit = argc > 1 ? atof(argv[1]) : 3;
  for (int i = 0; all[i]; i++) {
    const struct bench *b = all[i];
    if (strcmp(b->name, name)) continue;
    if (b->setup && b->setup()) { printf("BENCH %s SKIP\n", b->name); return 0; }
    uint32_t bad = 0, sum = b->expect;
    double w0 = now(), cold = timed(b, &sum, &bad);
    while (now() - w0 < limit / 3) timed(b, &sum, &bad); // warm-up: lets a just-in-time compiler settle
    long n = 0;
    double c0 = cpu(), t = 0;
    do {
      t += timed(b, &sum, &bad);
      n++;
    } while (t < limit);
    printf("BENCH %s %.6g %s batches=%ld secs=%.3f cpu=%.3f cold=%.1fx sum=%08x%s\n", b->name,
           n * b->per_batch / t, b->unit, n, t, cpu() - c0, cold * n / t, sum, bad ? " WRONG-RESULT" : "");
    fflush(stdout);
    return bad;
  }
  fprintf(stderr, "no benchmark %s\n", name);
  return 2;
}
