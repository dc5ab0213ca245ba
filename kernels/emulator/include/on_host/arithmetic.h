// The arithmetic intrinsics. The files are compiled without contraction, so what is written here is
// what is rounded; fmaf is one instruction where the machine has it.
#pragma once

namespace emulator {
template <class To, class From>
ON_HOST To same_bits(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  memcpy(&result, &value, sizeof result);
  return result;
}
}  // namespace emulator

ON_HOST int __float_as_int(float x) { return emulator::same_bits<int>(x); }
ON_HOST unsigned __float_as_uint(float x) { return emulator::same_bits<unsigned>(x); }
ON_HOST float __int_as_float(int x) { return emulator::same_bits<float>(x); }
ON_HOST float __uint_as_float(unsigned x) { return emulator::same_bits<float>(x); }
ON_HOST long long __double_as_longlong(double x) { return emulator::same_bits<long long>(x); }
ON_HOST double __longlong_as_double(long long x) { return emulator::same_bits<double>(x); }
ON_HOST int __double2hiint(double x) { return (int)(emulator::same_bits<uint64_t>(x) >> 32); }
ON_HOST int __double2loint(double x) { return (int)emulator::same_bits<uint64_t>(x); }
ON_HOST double __hiloint2double(int high, int low) {
  return emulator::same_bits<double>((uint64_t)(unsigned)high << 32 | (unsigned)low);
}

ON_HOST float __fadd_rn(float a, float b) { return a + b; }
ON_HOST float __fsub_rn(float a, float b) { return a - b; }
ON_HOST float __fmul_rn(float a, float b) { return a * b; }
ON_HOST float __fdiv_rn(float a, float b) { return a / b; }
ON_HOST float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
ON_HOST float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
ON_HOST float __frcp_rn(float a) { return 1.0f / a; }
ON_HOST float __frsqrt_rn(float a) { return (float)(1.0 / __builtin_sqrt((double)a)); }
ON_HOST double __dadd_rn(double a, double b) { return a + b; }
ON_HOST double __dsub_rn(double a, double b) { return a - b; }
ON_HOST double __dmul_rn(double a, double b) { return a * b; }
ON_HOST double __ddiv_rn(double a, double b) { return a / b; }
ON_HOST double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
ON_HOST double __dsqrt_rn(double a) { return __builtin_sqrt(a); }
ON_HOST double __drcp_rn(double a) { return 1.0 / a; }

// Approximations on a GPU: their last bits differ there.
ON_HOST float __expf(float x) { return expf(x); }
ON_HOST float __logf(float x) { return logf(x); }
ON_HOST float __fdividef(float a, float b) { return a / b; }
ON_HOST float rsqrtf(float x) { return 1.0f / __builtin_sqrtf(x); }
ON_HOST double rsqrt(double x) { return 1.0 / __builtin_sqrt(x); }

ON_HOST int __float2int_rn(float x) { return (int)__builtin_rintf(x); }
ON_HOST int __float2int_rz(float x) { return (int)x; }
ON_HOST int __float2int_rd(float x) { return (int)__builtin_floorf(x); }
ON_HOST long long __double2ll_rn(double x) { return (long long)__builtin_rint(x); }
ON_HOST float __int2float_rn(int x) { return (float)x; }
ON_HOST float __uint2float_rn(unsigned x) { return (float)x; }
ON_HOST float __double2float_rn(double x) { return (float)x; }

ON_HOST int __mul24(int a, int b) { return (int)((unsigned)(a << 8 >> 8) * (unsigned)(b << 8 >> 8)); }
ON_HOST int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
ON_HOST unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
ON_HOST long long __mul64hi(long long a, long long b) { return (long long)((__int128)a * b >> 64); }
ON_HOST unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}

ON_HOST int __popc(unsigned x) { return __builtin_popcount(x); }
ON_HOST int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
ON_HOST int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
ON_HOST int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
ON_HOST int __ffs(int x) { return __builtin_ffs(x); }
ON_HOST int __ffsll(long long x) { return __builtin_ffsll(x); }
ON_HOST unsigned __brev(unsigned x) {
  unsigned result = 0;
  for (int i = 0; i < 32; ++i) result |= (x >> i & 1) << (31 - i);
  return result;
}
ON_HOST unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  return (unsigned)(((uint64_t)high << 32 | low) << (shift & 31) >> 32);
}
ON_HOST unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  return (unsigned)(((uint64_t)high << 32 | low) >> (shift & 31));
}
ON_HOST unsigned __byte_perm(unsigned low, unsigned high, unsigned selector) {
  const uint64_t bytes = (uint64_t)high << 32 | low;
  unsigned result = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned select = selector >> 4 * i;
    const unsigned byte = (unsigned)(bytes >> 8 * (select & 7)) & 0xFF;
    const unsigned sign = byte & 0x80 ? 0xFF : 0;
    result |= (select & 8 ? sign : byte) << 8 * i;
  }
  return result;
}
// The sum of four products of signed bytes, and c.
ON_HOST int __dp4a(int a, int b, int c) {
  for (int i = 0; i < 32; i += 8) c += (int)(signed char)(a >> i) * (int)(signed char)(b >> i);
  return c;
}

// As in CUDA, of two floats the one that is a number; mixed integers meet in their common type.
ON_HOST float min(float a, float b) { return __builtin_fminf(a, b); }
ON_HOST float max(float a, float b) { return __builtin_fmaxf(a, b); }
ON_HOST double min(double a, double b) { return __builtin_fmin(a, b); }
ON_HOST double max(double a, double b) { return __builtin_fmax(a, b); }
template <class A, class B, class = std::enable_if_t<std::is_integral_v<A> && std::is_integral_v<B>>>
ON_HOST std::common_type_t<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  return (T)b < (T)a ? (T)b : (T)a;
}
template <class A, class B, class = std::enable_if_t<std::is_integral_v<A> && std::is_integral_v<B>>>
ON_HOST std::common_type_t<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  return (T)a < (T)b ? (T)b : (T)a;
}

// A read like any other, which the checked build must see: hence not ON_HOST.
template <class T>
inline __attribute__((always_inline)) T __ldg(const T* p) {
  return *p;
}
template <class T>
inline __attribute__((always_inline)) T __ldcs(const T* p) {
  return *p;
}
template <class T>
inline __attribute__((always_inline)) T __ldcg(const T* p) {
  return *p;
}
template <class T>
inline __attribute__((always_inline)) void __stcs(T* p, T value) {
  *p = value;
}
