// A panel of 16 rows of A is packed, and stays in the cache while it meets all columns of B, six at a
// time. The sums stay in registers over the whole of k, so that each is one chain.
#include "gemm.h"

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <vector>

#include "workers.h"

namespace emulator {
namespace {
constexpr long long ROWS = 16, COLUMNS = 6;
// With fewer multiply-adds than this, waking the other threads costs more than it saves.
constexpr double WORTH_SHARING = 1e5;

float from_bf16(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}
uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}
float load(const Matrix& x, long long i) {
  switch (x.type) {
    case F16: return (float)((const _Float16*)x.p)[i];
    case BF16: return from_bf16(((const uint16_t*)x.p)[i]);
    default: return ((const float*)x.p)[i];
  }
}
void store(const Matrix& x, long long i, float value) {
  switch (x.type) {
    case F16: ((_Float16*)x.p)[i] = (_Float16)value; break;
    case BF16: ((uint16_t*)x.p)[i] = to_bf16(value); break;
    default: ((float*)x.p)[i] = value;
  }
}

// Rows [first, first + count) of op(x) as [k][width], the rows that are too many as 0.
template <class Load>
void pack(float* panel, long long width, const Matrix& x, long long first, long long count, long long k, Load load) {
  if (count < width) std::fill_n(panel, width * k, 0.0f);
  if (x.transposed) {
    for (long long i = 0; i < count; ++i)
      for (long long p = 0; p < k; ++p) panel[p * width + i] = load((first + i) * x.leading + p);
  } else {
    for (long long p = 0; p < k; ++p)
      for (long long i = 0; i < count; ++i) panel[p * width + i] = load(p * x.leading + first + i);
  }
}
void pack(float* panel, long long width, const Matrix& x, long long first, long long count, long long k) {
  if (x.type == F32) {
    const float* values = (const float*)x.p;
    pack(panel, width, x, first, count, k, [values](long long i) { return values[i]; });
  } else {
    pack(panel, width, x, first, count, k, [&x](long long i) { return load(x, i); });
  }
}

// tile[column][row] = the chains of one panel of A and one of B.
using Tile = float[COLUMNS][ROWS];
__attribute__((target("avx2,fma"))) void chains_avx2(Tile& tile, const float* a, const float* b, long long k) {
  __m256 sums[COLUMNS][2];
  for (auto& column : sums) column[0] = column[1] = _mm256_setzero_ps();
  for (long long p = 0; p < k; ++p, a += ROWS, b += COLUMNS) {
    const __m256 low = _mm256_loadu_ps(a), high = _mm256_loadu_ps(a + 8);
#pragma GCC unroll 6
    for (int j = 0; j < COLUMNS; ++j) {
      const __m256 factor = _mm256_broadcast_ss(b + j);
      sums[j][0] = _mm256_fmadd_ps(low, factor, sums[j][0]);
      sums[j][1] = _mm256_fmadd_ps(high, factor, sums[j][1]);
    }
  }
#pragma GCC unroll 6
  for (int j = 0; j < COLUMNS; ++j) {
    _mm256_storeu_ps(tile[j], sums[j][0]);
    _mm256_storeu_ps(tile[j] + 8, sums[j][1]);
  }
}
// One column alone, as in decoding: without the five that would be thrown away.
__attribute__((target("avx2,fma"))) void chain_avx2(Tile& tile, const float* a, const float* b, long long k) {
  __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
  for (long long p = 0; p < k; ++p, a += ROWS, b += COLUMNS) {
    const __m256 factor = _mm256_broadcast_ss(b);
    low = _mm256_fmadd_ps(_mm256_loadu_ps(a), factor, low);
    high = _mm256_fmadd_ps(_mm256_loadu_ps(a + 8), factor, high);
  }
  _mm256_storeu_ps(tile[0], low);
  _mm256_storeu_ps(tile[0] + 8, high);
}
void chains_plain(Tile& tile, const float* a, const float* b, long long k) {
  memset(tile, 0, sizeof tile);
  for (long long p = 0; p < k; ++p, a += ROWS, b += COLUMNS)
    for (int j = 0; j < COLUMNS; ++j)
      for (int i = 0; i < ROWS; ++i) tile[j][i] = fmaf(a[i], b[j], tile[j][i]);
}
void chains(Tile& tile, const float* a, const float* b, long long k, long long columns) {
  static const bool fast = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!fast)
    chains_plain(tile, a, b, k);
  else if (columns == 1)
    chain_avx2(tile, a, b, k);
  else
    chains_avx2(tile, a, b, k);
}

void finish(const Gemm& g, const Tile& tile, long long row, long long rows, long long column, long long columns) {
  for (long long j = 0; j < columns; ++j)
    for (long long i = 0; i < rows; ++i) {
      const long long at = (column + j) * g.c.leading + row + i;
      const float scaled = g.alpha * tile[j][i];
      store(g.c, at, g.beta == 0 ? scaled : scaled + g.beta * load(g.c, at));
    }
}
}  // namespace

int element_size(int type) { return type == F32 ? 4 : type == F16 || type == BF16 ? 2 : 0; }

void multiply(const Gemm& g) {
  const long long k = g.alpha == 0 ? 0 : g.k;
  const long long panels = (g.m + ROWS - 1) / ROWS, tiles = (g.n + COLUMNS - 1) / COLUMNS;
  // Columns of op(b) are packed like rows of its transpose.
  const Matrix columns_of_b{g.b.p, g.b.type, !g.b.transposed, g.b.leading};
  std::vector<float> b((size_t)(tiles * COLUMNS * k));
  std::atomic<long long> next_tile{0}, next_panel{0};
  auto pack_b = [&] {
    for (long long t; (t = next_tile++) < tiles;)
      pack(b.data() + t * COLUMNS * k, COLUMNS, columns_of_b, t * COLUMNS, std::min(COLUMNS, g.n - t * COLUMNS), k);
  };
  auto compute = [&] {
    std::vector<float> a((size_t)(ROWS * k));
    Tile tile;
    for (long long panel; (panel = next_panel++) < panels;) {
      const long long row = panel * ROWS, rows = std::min(ROWS, g.m - row);
      pack(a.data(), ROWS, g.a, row, rows, k);
      for (long long t = 0; t < tiles; ++t) {
        const long long column = t * COLUMNS, columns = std::min(COLUMNS, g.n - column);
        chains(tile, a.data(), b.data() + column * k, k, columns);
        finish(g, tile, row, rows, column, columns);
      }
    }
  };
  pack_b();
  if ((double)g.m * (double)g.n * (double)k < WORTH_SHARING)
    compute();
  else
    on_all_threads(compute);
}
}  // namespace emulator
