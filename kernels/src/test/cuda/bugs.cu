// Kernels with one fault each: what the checked build of the emulator has to report.
#define FULL 0xffffffffu
#define TILE 16

// --- memory ---------------------------------------------------------------------------------------

extern "C" __global__ void one_past_the_end(float* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) x[i] = 1.0f;
}
extern "C" __global__ void far_past_the_end(float* x) { x[threadIdx.x + (1 << 20)] = 1.0f; }
extern "C" __global__ void before_the_start(float* x) { x[(int)threadIdx.x - 1] = 1.0f; }
extern "C" __global__ void null_pointer(float* x) {
  float* to = threadIdx.x == 3 ? nullptr : x;
  to[threadIdx.x] = 1.0f;
}
extern "C" __global__ void touch(float* x) { x[threadIdx.x] = 1.0f; }
extern "C" __global__ void never_written(float* x, const float* y) { x[threadIdx.x] = y[threadIdx.x] * 2.0f; }
extern "C" __global__ void shared_never_written(float* x) {
  __shared__ float part[64];
  if (threadIdx.x < 32) part[threadIdx.x] = 1.0f;
  __syncthreads();
  x[threadIdx.x] = part[threadIdx.x];
}
extern "C" __global__ void past_dynamic_shared(float* x) {
  extern __shared__ __align__(16) unsigned char dyn_smem[];
  float* part = reinterpret_cast<float*>(dyn_smem);
  part[threadIdx.x] = 1.0f;
  __syncthreads();
  x[threadIdx.x] = part[threadIdx.x];
}
extern "C" __global__ void past_static_shared(float* x, int index) {
  __shared__ float part[32], other[32];
  part[threadIdx.x] = other[threadIdx.x] = 1.0f;
  __syncthreads();
  x[threadIdx.x] = part[index] + other[threadIdx.x];
}
extern "C" __global__ void misaligned(float4* x, const float* y) {
  x[0] = *reinterpret_cast<const float4*>(y + 1);
}
// Reads four floats at a time, of rows whose length is no multiple of four.
extern "C" __global__ void vector_past_the_end(float4* x, const float4* y, int n) {
  for (int i = threadIdx.x; 4 * i < n; i += blockDim.x) x[i] = y[i];
}

// --- races ----------------------------------------------------------------------------------------

// The barrier behind the use of a tile is missing.
extern "C" __global__ void tile_reused_too_soon(float* c, const float* a, const float* b, int n) {
  __shared__ float tile_a[TILE][TILE], tile_b[TILE][TILE];
  const int row = threadIdx.x / TILE, column = threadIdx.x % TILE;
  float sum = 0.0f;
  for (int k = 0; k < n; k += TILE) {
    tile_a[row][column] = a[row * n + k + column];
    tile_b[row][column] = b[(k + row) * TILE + column];
    __syncthreads();
    for (int j = 0; j < TILE; ++j) sum += tile_a[row][j] * tile_b[j][column];
  }
  c[row * TILE + column] = sum;
}
extern "C" __global__ void read_without_barrier(float* x) {
  __shared__ float part[256];
  part[threadIdx.x] = x[threadIdx.x];
  x[threadIdx.x] = part[threadIdx.x == 0 ? 0 : threadIdx.x - 1];
}
extern "C" __global__ void warp_without_syncwarp(float* x) {
  __shared__ volatile float part[32];
  const int t = threadIdx.x;
  part[t] = x[t];
  for (int offset = 16; offset > 0; offset >>= 1)
    if (t < offset) part[t] += part[t + offset];
  if (t == 0) x[0] = part[0];
}
// All threads write a word, which only one may.
extern "C" __global__ void all_write_one(int* x) { x[0] = threadIdx.x; }
extern "C" __global__ void blocks_add_without_atomic(float* x) {
  if (threadIdx.x == 0) x[0] += 1.0f;
}
// Each block reads what its neighbour writes.
extern "C" __global__ void neighbour_in_place(float* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n - 1) x[i] = x[i + 1];
}
extern "C" __global__ void atomic_beside_write(int* x) {
  if (threadIdx.x == 0)
    x[0] = 5;
  else
    atomicAdd(x, 1);
}
extern "C" __global__ void last_block_without_fence(float* sum, float* parts, unsigned* arrived, const float* x) {
  if (threadIdx.x != 0) return;
  parts[blockIdx.x] = x[blockIdx.x];
  if (atomicAdd(arrived, 1u) != gridDim.x - 1) return;
  float total = 0.0f;
  for (int i = 0; i < gridDim.x; ++i) total += parts[i];
  *sum = total;
}

// --- barriers and warp operations -----------------------------------------------------------------

extern "C" __global__ void barrier_in_a_branch(float* x) {
  if (threadIdx.x < 40) __syncthreads();
  x[threadIdx.x] = 1.0f;
}
extern "C" __global__ void return_before_barrier(float* x, int n) {
  if ((int)threadIdx.x >= n) return;
  x[threadIdx.x] = 2.0f;
  __syncthreads();
  x[threadIdx.x] += 1.0f;
}
extern "C" __global__ void two_barriers(float* x) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  x[threadIdx.x] = 1.0f;
}
extern "C" __global__ void shuffle_in_a_branch(float* x) {
  float value = x[threadIdx.x];
  if (threadIdx.x < 16) value += __shfl_xor_sync(FULL, value, 1);
  __syncthreads();
  x[threadIdx.x] = value;
}
extern "C" __global__ void shuffle_with_exited_lane(float* x) {
  if (threadIdx.x == 31) return;
  x[threadIdx.x] = __shfl_down_sync(FULL, x[threadIdx.x], 1);
}
extern "C" __global__ void lane_not_in_mask(float* x) {
  x[threadIdx.x] = __shfl_xor_sync(0xffffu, x[threadIdx.x], 1);
}
extern "C" __global__ void two_warp_operations(float* x) {
  float value = x[threadIdx.x];
  if (threadIdx.x < 16)
    value = __shfl_xor_sync(FULL, value, 1);
  else
    value = __shfl_down_sync(FULL, value, 1);
  x[threadIdx.x] = value;
}

// --- the rest -------------------------------------------------------------------------------------

extern "C" __global__ void endless(int* x) {
  while (*(volatile int*)x == 0) {
  }
  x[1] = 1;
}
extern "C" __global__ void index_overflow(float* x, int rows, int columns) {
  const int i = rows * columns;
  if (i > 0) x[0] = (float)i;
}
extern "C" __global__ void divide_by_zero(int* x, int divisor) { x[threadIdx.x] = 7 / divisor; }
extern "C" __global__ void trap(float* x) {
  if (x[threadIdx.x] > 0.0f) __trap();
}
extern "C" __global__ void __launch_bounds__(128) small_blocks(float* x) { x[threadIdx.x] = 1.0f; }
