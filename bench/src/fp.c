// nbody: the five-body planet simulation in double precision (divisions, square roots).
// matmul: 96x96 double matrix product (multiply-add and strided loads).
#include "bench.h"
#include <math.h>

struct body { double x, y, z, vx, vy, vz, m; };
#define PI 3.141592653589793
#define SM (4 * PI * PI)
#define DP 365.24
static const struct body initial[5] = {
  { 0, 0, 0, 0, 0, 0, SM },
  { 4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694*DP, 0.00769901118419740425*DP, -0.0000690460016972063023*DP, 0.000954791938424326609*SM },
  { 8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411021*DP, 0.00499852801234917238*DP, 0.0000230417297573763929*DP, 0.000285885980666130812*SM },
  { 12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618*DP, 0.00237847173959480950*DP, -0.0000296589568540237556*DP, 0.0000436624404335156298*SM },
  { 15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322*DP, 0.00162824170038242295*DP, -0.0000951592254519715870*DP, 0.0000515138902046611451*SM } };

static uint32_t nbody(void) {
  struct body b[5];
  double px = 0, py = 0, pz = 0;
  for (int i = 0; i < 5; i++) b[i] = initial[i];
  for (int i = 0; i < 5; i++) { px += b[i].vx * b[i].m; py += b[i].vy * b[i].m; pz += b[i].vz * b[i].m; }
  b[0].vx = -px / SM; b[0].vy = -py / SM; b[0].vz = -pz / SM;
  for (int step = 0; step < 5000; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
        double d2 = dx * dx + dy * dy + dz * dz;
        double mag = 0.01 / (d2 * __builtin_sqrt(d2));
        b[i].vx -= dx * b[j].m * mag; b[i].vy -= dy * b[j].m * mag; b[i].vz -= dz * b[j].m * mag;
        b[j].vx += dx * b[i].m * mag; b[j].vy += dy * b[i].m * mag; b[j].vz += dz * b[i].m * mag;
      }
    for (int i = 0; i < 5; i++) { b[i].x += 0.01 * b[i].vx; b[i].y += 0.01 * b[i].vy; b[i].z += 0.01 * b[i].vz; }
  }
  return (uint32_t)(int32_t)(b[1].x * 1e6); // a few digits: fused operations differ in the last ones
}
const struct bench b_nbody = { "nbody", "steps/s", 5000, NULL, nbody, 0x202d7d, NULL };

#define M 96
static double a[M][M], bb[M][M], c[M][M];
static int mat_setup(void) {
  for (int i = 0; i < M; i++)
    for (int j = 0; j < M; j++) { a[i][j] = (i * 3 + j) % 17 - 8; bb[i][j] = (i - 2 * j) % 11 + 0.5; }
  return 0;
}
static uint32_t matmul(void) {
  for (int i = 0; i < M; i++)
    for (int j = 0; j < M; j++) {
      double s = 0;
      for (int k = 0; k < M; k++) s += a[i][k] * bb[k][j];
      c[i][j] = s;
    }
  double t = 0;
  for (int i = 0; i < M; i++) t += c[i][(i * 7) % M] * (1 + i % 5);
  return (uint32_t)(int32_t)(t * 4);
}
const struct bench b_matmul = { "matmul", "MFLOP/s", 2.0 * M * M * M / 1e6, mat_setup, matmul, 0x25a2, NULL };
