// Benchmarks of a second disk, /dev/vdb: sequential in requests of 1 MiB, random in requests of 4 KiB, one at a time, past the page
// cache. The first 256 MiB are written once, so that a growing image has them.
#define _GNU_SOURCE
#include "bench.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1 << 20)
#define SPAN 256
static int disk = -1;
static char *buffer;
static uint32_t place = 1;

static int disk_setup(void) {
  static const char mark[] = "written by benchsuite";
  disk = open("/dev/vdb", O_RDWR | O_DIRECT);
  if (disk < 0 || posix_memalign((void **)&buffer, 4096, MIB)) return 1;
  if (pread(disk, buffer, 4096, (off_t)SPAN * MIB) == 4096 && !memcmp(buffer, mark, sizeof mark)) return 0;
  for (int i = 0; i < MIB; i++) buffer[i] = (char)(i * 7 + i / 4096);
  for (int i = 0; i < SPAN; i++) if (pwrite(disk, buffer, MIB, (off_t)i * MIB) != MIB) return 1;
  memcpy(buffer, mark, sizeof mark);
  return pwrite(disk, buffer, 4096, (off_t)SPAN * MIB) != 4096 || fsync(disk);
}

static uint32_t sequential(ssize_t (*one)(off_t, size_t)) {
  uint32_t n = 0;
  for (int i = 0; i < 16; i++, place++) n += one((off_t)(place % SPAN) * MIB, MIB) == MIB;
  return n;
}

static uint32_t scattered(ssize_t (*one)(off_t, size_t)) {
  uint32_t n = 0;
  for (int i = 0; i < 64; i++) {
    place = place * 1664525 + 1013904223;
    n += one((off_t)((place >> 8) % (SPAN * 256)) * 4096, 4096) == 4096;
  }
  return n;
}

static ssize_t get(off_t at, size_t bytes) { return pread(disk, buffer, bytes, at); }
static ssize_t put(off_t at, size_t bytes) { return pwrite(disk, buffer, bytes, at); }
static uint32_t read_all(void) { return sequential(get); }
static uint32_t write_all(void) { return sequential(put); }
static uint32_t read_some(void) { return scattered(get); }
static uint32_t write_some(void) { return scattered(put); }

const struct bench b_diskread = { "disk-read", "MiB/s", 16, disk_setup, read_all, 16, NULL };
const struct bench b_diskwrite = { "disk-write", "MiB/s", 16, disk_setup, write_all, 16, NULL };
const struct bench b_diskread4k = { "disk-read4k", "requests/s", 64, disk_setup, read_some, 64, NULL };
const struct bench b_diskwrite4k = { "disk-write4k", "requests/s", 64, disk_setup, write_some, 64, NULL };
