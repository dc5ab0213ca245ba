// float16 as storage: conversions, with round to nearest even as on the device.
#pragma once

struct alignas(2) __half {
  _Float16 value;
  __half() = default;
  ON_HOST __half(float x) : value((_Float16)x) {}
  ON_HOST operator float() const { return (float)value; }
};
struct alignas(4) __half2 {
  __half x, y;
};
using half = __half;
using half2 = __half2;

ON_HOST float __half2float(__half h) { return (float)h.value; }
ON_HOST __half __float2half_rn(float x) { return __half(x); }
ON_HOST __half __float2half(float x) { return __half(x); }
ON_HOST float2 __half22float2(__half2 h) { return {(float)h.x.value, (float)h.y.value}; }
ON_HOST __half2 __floats2half2_rn(float x, float y) { return {__half(x), __half(y)}; }
ON_HOST unsigned short __half_as_ushort(__half h) { return emulator::same_bits<unsigned short>(h.value); }
ON_HOST __half __ushort_as_half(unsigned short bits) {
  __half h;
  h.value = emulator::same_bits<_Float16>(bits);
  return h;
}
