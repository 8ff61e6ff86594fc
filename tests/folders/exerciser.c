// Exercises a file system: operations of a seed, of which each one's outcome goes into a sum. Run on two file systems it has to print the
// same. In the style of fsx and fsstress: names of all lengths in UTF-8, descriptors of unlinked files, mmap beside write and truncate,
// rename over files and directories, links, lists of directories.
//
// exerciser [-a] FOLDER SEED COUNT [FROM TO]: prints the sum of every 1000 operations, and all operations from FROM to TO. With -a what
// is mapped is a file apart: where a file that has several names, or was renamed, is several to the guest's page cache, as Linux's 9p
// has it but with cache=loose, what is written to one is not seen in another's map.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 12
#define NAMES 24
#define SIZE 300000
#define PAGE 4096

static uint64_t state, sum = 0xcbf29ce484222325u;
static long number, from = -1, to = -1;
static int fds[FILES], apart = -1;
static char names[NAMES][NAME_MAX + 2];
static char path[2][PATH_MAX];
static unsigned char buffer[SIZE], other[SIZE];

static uint32_t random32(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16);
}

static uint32_t below(uint32_t most) { return random32() % most; }

static uint64_t hash(uint64_t h, const void *data, size_t length) {
  const unsigned char *bytes = data;
  for (size_t i = 0; i < length; i++) h = (h ^ bytes[i]) * 0x100000001b3u;
  return h;
}

static void note(const char *what, int64_t result, uint64_t detail) {
  int64_t values[3] = {result < 0 ? -errno : result, (int64_t)detail, number};
  sum = hash(hash(sum, what, strlen(what)), values, sizeof values);
  if (number >= from && number <= to)
    printf("%ld %s %s %s = %lld %llx\n", number, what, path[0], path[1], (long long)values[0], (unsigned long long)detail);
}

static void make_names(void) {
  static const char *const stems[] = {"a", "b", "dir", "\xc3\xa4", "\xe2\x82\xac\xe2\x82\xac", "\xf0\x90\x8d\x88", "sp ace", "-x"};
  for (int i = 0; i < NAMES; i++) {
    snprintf(names[i], sizeof names[i], "%s%d", stems[i % 8], i / 8);
    // One as long as a name may be, one that is longer by one.
    if (i >= NAMES - 2) {
      memset(names[i], 'n', NAME_MAX + 1);
      names[i][NAME_MAX + (i == NAMES - 1)] = 0;
    }
  }
}

// At most three steps, so that what is made is found again.
static const char *choose(int which) {
  char *at = path[which];
  int depth = below(3);
  *at = 0;
  for (int i = 0; i < depth; i++) {
    strcat(at, names[below(4)]);
    strcat(at, "/");
  }
  strcat(at, names[below(below(4) ? 8 : NAMES)]);
  return at;
}

// Readable where operations are printed: mode, links, size. What they are of a directory is a file system's own.
static uint64_t stat_hash(const struct stat *st) {
  int directory = S_ISDIR(st->st_mode);
  uint64_t links = directory ? 0 : st->st_nlink, size = directory ? 0 : (uint64_t)st->st_size;
  return (uint64_t)st->st_mode << 48 | (links & 0xff) << 40 | ((uint64_t)(st->st_uid + st->st_gid) & 0xff) << 32 | size;
}

static void fill(size_t length) {
  uint32_t value = random32();
  for (size_t i = 0; i < length; i++) buffer[i] = (unsigned char)(value + i * 7 + (i >> 8));
}

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *where) {
  DIR *directory = opendir(where);
  if (!directory) {
    note("list", -1, 0);
    return;
  }
  char **found = NULL;
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    found = realloc(found, (count + 1) * sizeof *found);
    found[count++] = strdup(entry->d_name);
  }
  closedir(directory);
  qsort(found, count, sizeof *found, compare_names);
  uint64_t h = 0;
  for (size_t i = 0; i < count; i++) {
    h = hash(h, found[i], strlen(found[i]) + 1);
    free(found[i]);
  }
  free(found);
  note("list", (int64_t)count, h);
}

static void map(int fd) {
  struct stat st;
  if (fstat(fd, &st) || st.st_size == 0) {
    note("map", -1, 0);
    return;
  }
  size_t length = (size_t)st.st_size, pages = (length + PAGE - 1) / PAGE;
  unsigned char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) {
    note("map", -1, 1);
    return;
  }
  size_t start = below((uint32_t)length), count = below(20000);
  if (count > length - start) count = length - start;
  uint64_t h = hash(0, at + start, count);
  fill(count);
  memcpy(at + start, buffer, count);
  // What is behind the end in the last page is zeros, and stays there.
  int synced = below(2) ? msync(at, pages * PAGE, MS_SYNC) : 0;
  munmap(at, length);
  note("map", synced, h);
}

static void map_apart(void) {
  if (below(4) == 0 && ftruncate(apart, below(SIZE))) abort();
  map(apart);
  if (below(8)) return;
  // What was mapped is in the file.
  if (close(apart) || (apart = open("mapped", O_RDWR)) < 0) abort();
}

static void step(void) {
  struct stat st;
  int which = below(FILES), *fd = &fds[which];
  path[1][0] = 0;
  size_t length = below(4) ? below(5000) : below(SIZE);
  off_t offset = below(4) ? below(20000) : below(SIZE);
  switch (below(28)) {
    case 0:
    case 1:
    case 2: {
      static const int flags[] = {O_RDWR, O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL, O_RDWR | O_CREAT | O_TRUNC,
                                  O_RDONLY, O_WRONLY, O_RDWR | O_APPEND | O_CREAT};
      int chosen = flags[below(7)];
      if (*fd >= 0) close(*fd);
      *fd = open(choose(0), chosen | O_NONBLOCK, 0600 + below(0100));
      note("open", *fd < 0 ? -1 : 0, (uint64_t)chosen);
      break;
    }
    case 3:
      note("close", *fd < 0 ? 0 : close(*fd), 0);
      *fd = -1;
      break;
    case 4:
    case 5:
    case 6:
    case 7:
      fill(length);
      note("write", pwrite(*fd, buffer, length, offset), hash(0, buffer, length));
      break;
    case 8:
    case 9:
    case 10: {
      ssize_t got = pread(*fd, other, length, offset);
      note("read", got, got > 0 ? hash(0, other, (size_t)got) : 0);
      break;
    }
    case 11:
      note("ftruncate", ftruncate(*fd, below(SIZE)), 0);
      break;
    case 12:
      note("truncate", truncate(choose(0), below(SIZE)), 0);
      break;
    case 13:
    case 14:
      if (apart >= 0) map_apart();
      else if (*fd >= 0 && (fcntl(*fd, F_GETFL) & O_ACCMODE) == O_RDWR) map(*fd);
      break;
    case 15:
      note("unlink", unlink(choose(0)), 0);
      break;
    case 16:
    case 17:
      choose(1);
      note("rename", rename(choose(0), path[1]), 0);
      break;
    case 18:
      choose(1);
      note("link", link(choose(0), path[1]), 0);
      break;
    case 19:
      choose(1);
      note("symlink", symlink(names[below(8)], choose(0)), 0);
      break;
    case 20: {
      ssize_t got = readlink(choose(0), (char *)other, PATH_MAX);
      note("readlink", got, got > 0 ? hash(0, other, (size_t)got) : 0);
      break;
    }
    case 21:
    case 22:
      note("mkdir", mkdir(choose(0), 0700 + below(0100)), 0);
      break;
    case 23:
      note("rmdir", rmdir(choose(0)), 0);
      break;
    case 24:
      note("chmod", chmod(choose(0), 0600 + below(0200)), 0);
      break;
    case 25: {
      int result = lstat(choose(0), &st);
      note("lstat", result, result ? 0 : stat_hash(&st));
      break;
    }
    case 26: {
      int result = fstat(*fd, &st);
      note("fstat", result, result ? 0 : stat_hash(&st));
      break;
    }
    case 27:
      if (below(2)) list(below(2) ? "." : choose(0));
      else note("fsync", fsync(*fd), 0);
      break;
  }
}

// A directory of many entries, some of which go while it is read: each of the others comes once.
static int huge(int count) {
  char name[32], *seen = calloc((size_t)count, 1);
  if (mkdir("huge", 0755)) return 1;
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "huge/%d", i);
    int fd = open(name, O_CREAT | O_WRONLY, 0644);
    if (fd < 0) return 2;
    close(fd);
  }
  DIR *directory = opendir("huge");
  int removed = 0, read = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    if (seen[atoi(entry->d_name)]++) return 3;
    if (++read % 3 == 0 && removed < count) {
      snprintf(name, sizeof name, "huge/%d", removed);
      if (unlink(name)) return 4;
      removed += 2;
    }
  }
  closedir(directory);
  for (int i = 0; i < count; i++)
    if (!seen[i] && (i % 2 == 1 || i >= removed)) return 5;
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "huge/%d", i);
    if (unlink(name) != (i % 2 == 0 && i < removed ? -1 : 0)) return 6;
  }
  return rmdir("huge") ? 7 : 0;
}

int main(int argc, char **argv) {
  int is_apart = argc > 1 && !strcmp(argv[1], "-a");
  if (is_apart) argv++, argc--;
  if (argc < 4 || chdir(argv[1])) return 2;
  if (is_apart && (apart = open("mapped", O_RDWR | O_CREAT, 0644)) < 0) return 2;
  state = (uint64_t)atoll(argv[2]) * 0x9e3779b97f4a7c15u + 1;
  long count = atol(argv[3]);
  if (argc > 5) from = atol(argv[4]), to = atol(argv[5]);
  umask(0);
  make_names();
  memset(fds, -1, sizeof fds);
  printf("huge %d\n", huge(count < 20000 ? 500 : 20000));
  for (number = 1; number <= count; number++) {
    step();
    if (number % 1000 == 0) printf("%ld %016llx\n", number, (unsigned long long)sum);
  }
  printf("end %016llx\n", (unsigned long long)sum);
  return 0;
}
