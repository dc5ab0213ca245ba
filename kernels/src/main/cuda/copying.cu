// Filling, copying and casting. Where only the size of an element matters, the name says its bytes.
#include "weft.cuh"
#include "half.cuh"

#define FILL(BYTES, TYPE, ARGUMENT)                                                    \
  KERNEL(256) fill_##BYTES(TYPE* x, Walk<1> walk, i64 n, ARGUMENT value) {             \
    map(walk, n, false, [=]() -> TYPE { return (TYPE)value; }, x);                     \
  }
FILL(1, unsigned char, unsigned)
FILL(2, unsigned short, unsigned)
FILL(4, unsigned, unsigned)
FILL(8, u64, u64)

#define COPY(BYTES, TYPE)                                                              \
  KERNEL(256) copy_##BYTES(TYPE* y, const TYPE* x, Walk<2> walk, i64 n) {              \
    map(walk, n, false, [](TYPE value) -> TYPE { return value; }, y, x);               \
  }
COPY(1, unsigned char)
COPY(2, unsigned short)
COPY(4, unsigned)

KERNEL(256) add_f32(float* y, const float* x, Walk<2> walk, i64 n) {
  map(walk, n, true, [](float value) -> float { return value; }, y, x);
}

// As Java's (int): towards zero, to the nearest bound outside of the range, NaN to 0.
__device__ __forceinline__ int to_int(float x) {
  if (x != x) return 0;
  if (x >= 2147483648.f) return 2147483647;
  if (x <= -2147483648.f) return -2147483647 - 1;
  return (int)x;
}

#define CAST(FROM, FROM_TYPE, TO, TO_TYPE, VALUE)                                      \
  KERNEL(256) cast_##FROM##_##TO(TO_TYPE* y, const FROM_TYPE* x, Walk<2> walk, i64 n) { \
    map(walk, n, false, [](FROM_TYPE v) -> TO_TYPE { return VALUE; }, y, x);           \
  }
CAST(f32, float, bf16, bf16, narrow<bf16>(v))
CAST(f32, float, f16, f16, narrow<f16>(v))
CAST(f32, float, i32, int, to_int(v))
CAST(f32, float, bool, boolean, v != 0)
CAST(bf16, bf16, f32, float, widen(v))
CAST(f16, f16, f32, float, widen(v))
CAST(i32, int, f32, float, (float)v)
CAST(i32, int, bool, boolean, v != 0)
CAST(bool, boolean, f32, float, (float)v)
CAST(bool, boolean, i32, int, (int)v)
