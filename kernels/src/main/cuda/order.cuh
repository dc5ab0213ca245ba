// Values in order: keys that sort as values do, and sorting them.
#pragma once

// The keys that one block sorts at once, and its threads.
#define LIST 2048
#define LIST_THREADS 512

// Sorts behind every key.
#define NO_KEY 0xffffffffffffffffull

// An unsigned number of the same order: NaN, of which there is one, above +∞; −0 is 0. Never 0.
__device__ __forceinline__ unsigned ordinal(float x) {
  if (x != x) return 0xffc00000u;
  unsigned bits = __float_as_uint(x + 0.f);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}

// Smaller keys come first: by value, then by id.
__device__ __forceinline__ u64 key_of(float x, int id, bool descending) {
  unsigned order = ordinal(x);
  return (u64)(descending ? ~order : order) << 32 | (unsigned)id;
}

__device__ __forceinline__ int id_of(u64 key) { return (int)(unsigned)key; }

// The value in a descending key.
__device__ __forceinline__ float value_of(u64 key) {
  unsigned order = ~(unsigned)(key >> 32);
  return __uint_as_float(order >> 31 ? order & 0x7fffffffu : ~order);
}

// The least power of two that is no smaller than n, which is at most LIST.
__device__ __forceinline__ int power_of_two(int n) { return n <= 1 ? 1 : 1 << (32 - __clz(n - 1)); }

// Sorts `size` keys of shared memory, a power of two, ascending (Batcher's bitonic sort, 1968). All
// threads of the block take part; they have passed a barrier since the keys were written. Up to a
// distance of WARP the pairs of a warp are the keys of that warp alone: three steps of four wait for
// no other one.
__device__ __forceinline__ void sort_keys(u64* keys, int size) {
#pragma unroll 1
  for (int run = 2; run <= size; run *= 2) {
#pragma unroll 1
    for (int distance = run / 2; distance > 0; distance /= 2) {
#pragma unroll 1
      for (int pair = threadIdx.x; pair < size / 2; pair += blockDim.x) {
        int i = 2 * pair - (pair & (distance - 1));
        u64 a = keys[i];
        u64 b = keys[i + distance];
        if ((a > b) == ((i & run) == 0)) {
          keys[i] = b;
          keys[i + distance] = a;
        }
      }
      bool last = run == size && distance == 1;
      int next = distance > 1 ? distance / 2 : run;
      if (distance > WARP || next > WARP || last) {
        __syncthreads();
      } else {
        __syncwarp();
      }
    }
  }
}

// How many of `count` ascending keys are smaller than `key`.
__device__ __forceinline__ int rank_of(u64 key, const u64* keys, int count) {
  int low = 0;
  while (low < count) {
    int middle = (low + count) / 2;
    if (keys[middle] < key) {
      low = middle + 1;
    } else {
      count = middle;
    }
  }
  return low;
}
