// What all kernels share: types, strided views, warp and block reductions.
//
// Compiled by nvcc with -fmad=false and by g++ with -ffp-contract=off: a * b + c is rounded twice
// unless it says fmaf, so that elementwise results are the same bits as in Java.
#pragma once
#include <type_traits>
#include <utility>

// A kernel that Java launches by name. THREADS is the most threads that a block may have.
#define KERNEL(THREADS) extern "C" __global__ void __launch_bounds__(THREADS)

#define WARP 32
#define ALL_LANES 0xffffffffu
#define NOT_A_NUMBER __int_as_float(0x7fc00000)
#define INFINITE __int_as_float(0x7f800000)

typedef unsigned char boolean;  // an element of BOOL: 0 or 1
typedef long long i64;
typedef unsigned long long u64;

// The one dynamic shared array; a launch says how many bytes it has.
extern __shared__ __align__(16) unsigned char dyn_smem[];

__device__ __forceinline__ i64 thread_number() { return (i64)blockIdx.x * blockDim.x + threadIdx.x; }
__device__ __forceinline__ i64 thread_count() { return (i64)gridDim.x * blockDim.x; }

// ---- strided views --------------------------------------------------------------------------

#define AXES 6

// How N operands of one shape step through memory, in elements. Axes that all of them step through
// evenly are joined; rank 0 says that every operand is contiguous. Loops over the axes are unrolled:
// a parameter that is indexed by a variable would be copied to local memory first.
template <int N>
struct Walk {
  int rank;
  int dims[AXES];
  i64 step[N][AXES];

  // The offset of element i, row-major, in each operand.
  __device__ __forceinline__ void locate(unsigned i, i64 (&at)[N]) const {
#pragma unroll
    for (int k = 0; k < N; k++) at[k] = 0;
#pragma unroll
    for (int axis = AXES - 1; axis >= 0; axis--) {
      if (axis < rank) {
        unsigned next = i / (unsigned)dims[axis];
        unsigned index = i - next * (unsigned)dims[axis];
#pragma unroll
        for (int k = 0; k < N; k++) at[k] += index * step[k][axis];
        i = next;
      }
    }
  }
};

// Four neighbours, moved by one access.
template <class T>
struct alignas(4 * sizeof(T)) Four {
  T v[4];
};

template <class T>
__device__ __forceinline__ bool aligned(const T* p) {
  return ((u64)p & (4 * sizeof(T) - 1)) == 0;
}

// a + b where the type computes; nothing adds to BF16 or F16.
template <class T>
__device__ __forceinline__ T sum(T a, T b) {
  if constexpr (std::is_arithmetic<T>::value) return a + b;
  return b;
}

// y[i] = f(x[i] …), or y[i] += f(x[i] …), for all n elements of a walk whose first operand is y;
// four at a time where everything is contiguous and aligned.
template <class F, class Y, class... X, size_t... K>
__device__ __forceinline__ void map_strided(
    const Walk<1 + sizeof...(X)>& walk, i64 n, bool add, F f, std::index_sequence<K...>, Y* y, const X*... x) {
#pragma unroll 1
  for (i64 i = thread_number(); i < n; i += thread_count()) {
    i64 at[1 + sizeof...(X)];
    walk.locate((unsigned)i, at);
    Y value = f(x[at[1 + K]]...);
    y[at[0]] = add ? sum(y[at[0]], value) : value;
  }
}

template <class F, class Y, class... X>
__device__ __forceinline__ void map_four(bool add, F f, Four<Y>* y, const Four<X>&... x) {
  Four<Y> values;
#pragma unroll
  for (int k = 0; k < 4; k++) values.v[k] = f(x.v[k]...);
  if (add) {
    Four<Y> old = *y;
#pragma unroll
    for (int k = 0; k < 4; k++) values.v[k] = sum(old.v[k], values.v[k]);
  }
  *y = values;
}

template <class F, class Y, class... X>
__device__ __forceinline__ void map(
    const Walk<1 + sizeof...(X)>& walk, i64 n, bool add, F f, Y* y, const X*... x) {
  if (walk.rank > 0) {
    map_strided(walk, n, add, f, std::make_index_sequence<sizeof...(X)>(), y, x...);
    return;
  }
  i64 i = thread_number();
  if (aligned(y) && (true && ... && aligned(x))) {
    i64 fours = n / 4;
#pragma unroll 1
    for (i64 q = i; q < fours; q += thread_count()) map_four(add, f, (Four<Y>*)y + q, ((const Four<X>*)x)[q]...);
    i += fours * 4;
  }
#pragma unroll 1
  for (; i < n; i += thread_count()) y[i] = add ? sum(y[i], f(x[i]...)) : f(x[i]...);
}

// ---- reductions -----------------------------------------------------------------------------

struct Sum {
  static __device__ __forceinline__ float none() { return 0; }
  static __device__ __forceinline__ float join(float a, float b) { return a + b; }
};

// The larger; NaN when one is.
struct Max {
  static __device__ __forceinline__ float none() { return -INFINITE; }
  static __device__ __forceinline__ float join(float a, float b) { return a > b || a != a ? a : b; }
};

// The smaller; NaN when one is.
struct Min {
  static __device__ __forceinline__ float none() { return INFINITE; }
  static __device__ __forceinline__ float join(float a, float b) { return a < b || a != a ? a : b; }
};

// What the 32 lanes of a warp hold together, in every lane.
template <class Op>
__device__ __forceinline__ float reduce_warp(float value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    value = Op::join(value, __shfl_xor_sync(ALL_LANES, value, distance));
  }
  return value;
}

// What all threads of a block hold together, in every thread; the block is whole warps along x.
// `scratch` is shared memory of one float for each warp, free again when this returns.
template <class Op>
__device__ __forceinline__ float reduce_block(float value, float* scratch) {
  value = reduce_warp<Op>(value);
  int warps = blockDim.x / WARP;
  if (warps == 1) return value;
  if (threadIdx.x % WARP == 0) scratch[threadIdx.x / WARP] = value;
  __syncthreads();
  value = threadIdx.x % WARP < warps ? scratch[threadIdx.x % WARP] : Op::none();
  value = reduce_warp<Op>(value);
  __syncthreads();
  return value;
}

// The largest block of these kernels, and its warps.
#define ROW_THREADS 256
#define ROW_WARPS (ROW_THREADS / WARP)
