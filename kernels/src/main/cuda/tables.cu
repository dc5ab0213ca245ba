// Rows and elements picked by id, their gradients, and cumulated sums along rows.
#include "rows.cuh"

KERNEL(ROW_THREADS) embedding_fwd_f32(
    float* y, const float* table, const int* ids, i64 y_step, i64 table_step, i64 rows, int n) {
  i64 row = row_number();
  if (row >= rows) return;
  map_row(n, false, [](int j, float x) { return x; }, y + row * y_step, table + ids[row] * table_step);
}

#define SCATTER_THREADS 256
#define READS 4                             // ids that a thread reads at once
#define BATCH (READS * SCATTER_THREADS)     // ids that a block reads at once
#define LISTED (2 * BATCH)                  // ids that it remembers at most

// Of some ids in order: which they are, at which places they stood, and which are the first of their
// kind in the list.
struct IdList {
  int ids[LISTED];
  int places[LISTED];
  boolean first[LISTED];
};

__device__ __forceinline__ void mark_first(IdList& list, int length) {
  for (int e = threadIdx.x; e < length; e += SCATTER_THREADS) {
    int before = e - 1;
    while (before >= 0 && list.ids[before] != list.ids[e]) before--;
    list.first[e] = before < 0;
  }
}

// Adds to `old` what stands in `column` at the marked ones of 32 places, in order; four loads are on
// their way at a time.
__device__ __forceinline__ float add_places(float old, unsigned marked, const int* places, const float* column, i64 step) {
#pragma unroll 1
  while (marked != 0) {
    float value[4];
    unsigned left = marked;
#pragma unroll
    for (int k = 0; k < 4; k++) {
      if (left != 0) value[k] = column[places[__ffs(left) - 1] * step];
      left &= left - 1;
    }
#pragma unroll
    for (int k = 0; k < 4; k++) {
      if (marked != 0) old += value[k];
      marked &= marked - 1;
    }
  }
  return old;
}

// dTable[ids[i]] += dy[i], i ascending. A block owns 256 columns of the rows whose ids have a certain
// remainder, and clears them first where nothing stood there: so every element has one owner, which
// adds in the order of i. Each block reads all ids, which is little beside their rows.
KERNEL(SCATTER_THREADS) embedding_bwd_f32(
    float* d_table, const float* dy, const int* ids, i64 table_step, i64 dy_step, int count, int vocabulary, int n,
    int add) {
  __shared__ IdList list;
  __shared__ int counts[READS * SCATTER_THREADS / WARP];
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  unsigned lower = (1u << lane) - 1;
  int c = blockIdx.y * SCATTER_THREADS + threadIdx.x;
  d_table += c;
  dy += c;
  if (!add && c < n) {
#pragma unroll 4
    for (i64 id = blockIdx.x; id < vocabulary; id += gridDim.x) d_table[id * table_step] = 0;
  }
  int length = 0;
#pragma unroll 1
  for (unsigned base = 0; base < count; base += BATCH) {
    int id[READS];
    unsigned taken[READS];
#pragma unroll
    for (int k = 0; k < READS; k++) {
      unsigned i = base + k * SCATTER_THREADS + threadIdx.x;
      id[k] = i < count ? ids[i] : 0;
      taken[k] = __ballot_sync(ALL_LANES, i < count && (id[k] & (gridDim.x - 1)) == blockIdx.x);
      if (lane == 0) counts[k * (SCATTER_THREADS / WARP) + warp] = __popc(taken[k]);
    }
    __syncthreads();
    // There are 32 counts: each warp sums them up for itself.
    int up_to = counts[lane];
#pragma unroll
    for (int distance = 1; distance < WARP; distance *= 2) {
      int other = __shfl_up_sync(ALL_LANES, up_to, distance);
      if (lane >= distance) up_to += other;
    }
#pragma unroll
    for (int k = 0; k < READS; k++) {
      int end = __shfl_sync(ALL_LANES, up_to, k * (SCATTER_THREADS / WARP) + warp);
      int at = length + end - __popc(taken[k]) + __popc(taken[k] & lower);
      if (taken[k] >> lane & 1) {
        list.ids[at] = id[k];
        list.places[at] = base + k * SCATTER_THREADS + threadIdx.x;
      }
    }
    length += __shfl_sync(ALL_LANES, up_to, WARP - 1);
    __syncthreads();
    if (length <= LISTED - BATCH && base + BATCH < count) continue;
    mark_first(list, length);
    __syncthreads();
#pragma unroll 1
    for (int e = 0; e < length; e++) {
      if (!list.first[e]) continue;
      int row = list.ids[e];
      float value = c < n ? d_table[row * table_step] : 0;
#pragma unroll 1
      for (int from = e - e % WARP; from < length; from += WARP) {
        unsigned same = __ballot_sync(ALL_LANES, from + lane < length && list.ids[from + lane] == row);
        if (c < n) value = add_places(value, same, list.places + from, dy, dy_step);
      }
      if (c < n) d_table[row * table_step] = value;
    }
    length = 0;
    __syncthreads();
  }
}

KERNEL(256) gather_fwd_f32(
    float* y, const float* x, const int* ids, i64 y_step, i64 x_step, i64 ids_step, i64 rows, int k) {
#pragma unroll 1
  for (i64 i = thread_number(); i < rows * k; i += thread_count()) {
    i64 row = i / k;
    int j = (int)(i - row * k);
    int id = ids[row * ids_step + j];
    y[row * y_step + j] = id < 0 ? NOT_A_NUMBER : x[row * x_step + id];
  }
}

// dx[r, ids[r, j]] += dy[r, j], j ascending: of the ids that a block reads at once, the first thread
// that has one adds for all that have the same.
KERNEL(ROW_THREADS) gather_bwd_f32(
    float* dx, const float* dy, const int* ids, i64 dx_step, i64 dy_step, i64 ids_step, int n, int k, int add) {
  __shared__ int picked[ROW_THREADS];
  dx += blockIdx.x * dx_step;
  dy += blockIdx.x * dy_step;
  ids += blockIdx.x * ids_step;
  if (!add) map_row(n, false, [](int j) { return 0.f; }, dx);
#pragma unroll 1
  for (unsigned base = 0; base < k; base += blockDim.x) {
    int width = min(blockDim.x, k - base);
    int own = threadIdx.x;
    if (own < width) picked[own] = ids[base + own];
    __syncthreads();
    if (own < width) {
      int id = picked[own];
      int before = own - 1;
      while (before >= 0 && picked[before] != id) before--;
      if (before < 0) {
        float value = dx[id];
        for (int e = own; e < width; e++) {
          if (picked[e] == id) value += dy[base + e];
        }
        dx[id] = value;
      }
    }
    __syncthreads();
  }
}

// y[j] = x[0] + … + x[j], or from the end: a block's width of values at a time.
KERNEL(ROW_THREADS) cumsum_f32(
    float* y, const float* x, i64 y_step, i64 x_step, i64 rows, int n, int reverse, int add) {
  __shared__ float totals[ROW_WARPS];
  i64 row = row_number();
  if (row >= rows) return;
  y += row * y_step;
  x += row * x_step;
  int lane = threadIdx.x % WARP;
  int warp = threadIdx.x / WARP;
  int warps = blockDim.x / WARP;
  float carry = 0;
#pragma unroll 1
  for (unsigned base = 0; base < n; base += blockDim.x) {
    unsigned i = base + threadIdx.x;
    unsigned j = reverse ? n - 1 - i : i;
    float value = i < n ? x[j] : 0;
#pragma unroll
    for (int distance = 1; distance < WARP; distance *= 2) {
      float other = __shfl_up_sync(ALL_LANES, value, distance);
      if (lane >= distance) value += other;
    }
    float next = carry;
    if (warps == 1) {
      next += __shfl_sync(ALL_LANES, value, WARP - 1);
    } else {
      if (lane == WARP - 1) totals[warp] = value;
      __syncthreads();
#pragma unroll 1
      for (int w = 0; w < warps; w++) {
        if (w == warp) carry = next;
        next += totals[w];
      }
      __syncthreads();
    }
    if (i < n) put(y + j, add, carry + value);
    carry = next;
  }
}
