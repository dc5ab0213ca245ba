// The largest of each row, the first k of each row in order, sorting. Rows are cut into lists of LIST
// values. A block sorts a list; for few k the first k of each list go on, else sorted lists are
// merged two by two.
#include "rows.cuh"
#include "order.cuh"

__device__ __forceinline__ u64 smallest_of_warp(u64 key) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    key = min(key, __shfl_xor_sync(ALL_LANES, key, distance));
  }
  return key;
}

// A block for each row.
KERNEL(1024) argmax_f32(int* y, const float* x, int n, i64 y_step, i64 x_step) {
  __shared__ u64 best_of_warp[WARP];
  const float* row = x + blockIdx.x * x_step;
  u64 key = NO_KEY;
  each(n, [&](unsigned i, float value) { key = min(key, key_of(value, (int)i, true)); }, row);
  key = smallest_of_warp(key);
  if (threadIdx.x % WARP == 0) best_of_warp[threadIdx.x / WARP] = key;
  __syncthreads();
  if (threadIdx.x < WARP) {
    key = smallest_of_warp(threadIdx.x < blockDim.x / WARP ? best_of_warp[threadIdx.x] : NO_KEY);
    if (threadIdx.x == 0) y[blockIdx.x * y_step] = id_of(key);
  }
}

// Where the results go: values and ids of k for each row.
struct Found {
  float* values;
  int* ids;
  i64 values_step;
  i64 ids_step;

  __device__ __forceinline__ void put(i64 row, int place, u64 key, const float* x) const {
    int id = id_of(key);
    values[row * values_step + place] = x[id];
    ids[row * ids_step + place] = id;
  }
};

// What a sorted list leaves: the first `keep` keys, or results when it is the row's only list.
__device__ __forceinline__ void leave(
    const u64* sorted, int size, int keep, int lists, i64 row, const float* x, u64* keys, const Found& found) {
#pragma unroll 1
  for (int j = threadIdx.x; j < keep; j += blockDim.x) {
    if (lists == 1) {
      found.put(row, j, sorted[j], x);
    } else {
      keys[(i64)blockIdx.x * keep + j] = j < size ? sorted[j] : NO_KEY;
    }
  }
}

// Sorts the lists of x (R, n), a block for each.
KERNEL(LIST_THREADS) top_values_f32(
    u64* keys, float* values, int* ids, i64 values_step, i64 ids_step, const float* x, i64 x_step, int n, int lists,
    int keep, int descending) {
  __shared__ u64 sorted[LIST];
  i64 row = blockIdx.x / lists;
  const float* row_of_x = x + row * x_step;
  int from = (int)(blockIdx.x % lists) * LIST;
  int count = min(LIST, n - from);
  int size = power_of_two(count);
#pragma unroll 1
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    sorted[i] = i < count ? key_of(row_of_x[from + i], from + i, descending) : NO_KEY;
  }
  __syncthreads();
  sort_keys(sorted, size);
  leave(sorted, size, keep, lists, row, row_of_x, keys, {values, ids, values_step, ids_step});
}

// The same for lists of keys (R, n) that earlier lists left.
KERNEL(LIST_THREADS) top_keys(
    u64* keys, float* values, int* ids, i64 values_step, i64 ids_step, const float* x, i64 x_step, const u64* in, int n,
    int lists, int keep) {
  __shared__ u64 sorted[LIST];
  i64 row = blockIdx.x / lists;
  int from = (int)(blockIdx.x % lists) * LIST;
  int count = min(LIST, n - from);
  int size = power_of_two(count);
#pragma unroll 1
  for (int i = threadIdx.x; i < size; i += blockDim.x) {
    sorted[i] = i < count ? in[row * n + from + i] : NO_KEY;
  }
  __syncthreads();
  sort_keys(sorted, size);
  leave(sorted, size, keep, lists, row, x + row * x_step, keys, {values, ids, values_step, ids_step});
}

// Merges neighbours among sorted lists of `length` keys; rows of keys are `room` apart. A key goes to
// its place in its own list and in the other. The last merge leaves the first k as results.
KERNEL(256) merge_keys(
    u64* keys, float* values, int* ids, i64 values_step, i64 ids_step, const float* x, i64 x_step, const u64* in, i64 rows,
    int n, i64 room, int length, int k) {
  Found found = {values, ids, values_step, ids_step};
#pragma unroll 1
  for (i64 i = thread_number(); i < rows * n; i += thread_count()) {
    i64 row = i / n;
    int at = (int)(i % n);
    const u64* row_in = in + row * room;
    u64 key = row_in[at];
    i64 list = at / length;
    i64 other = (list ^ 1) * length;
    int others = (int)max(0ll, min((i64)length, n - other));
    i64 place = (list & ~1ll) * length + (at - list * length) + rank_of(key, row_in + min(other, (i64)n), others);
    if (values == nullptr) {
      keys[row * room + place] = key;
    } else if (place < k) {
      found.put(row, (int)place, key, x + row * x_step);
    }
  }
}
