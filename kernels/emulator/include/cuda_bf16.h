// bfloat16 as storage: conversions, with round to nearest even as on the device.
#pragma once

struct alignas(2) __nv_bfloat16 {
  uint16_t bits;
};
struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};
using nv_bfloat16 = __nv_bfloat16;
using nv_bfloat162 = __nv_bfloat162;

ON_HOST float __bfloat162float(__nv_bfloat16 value) { return __uint_as_float((unsigned)value.bits << 16); }
ON_HOST __nv_bfloat16 __float2bfloat16_rn(float value) {
  const unsigned bits = __float_as_uint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return {0x7fff};
  return {(uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16)};
}
ON_HOST __nv_bfloat16 __float2bfloat16(float value) { return __float2bfloat16_rn(value); }
ON_HOST float2 __bfloat1622float2(__nv_bfloat162 value) {
  return {__bfloat162float(value.x), __bfloat162float(value.y)};
}
ON_HOST __nv_bfloat162 __floats2bfloat162_rn(float x, float y) {
  return {__float2bfloat16_rn(x), __float2bfloat16_rn(y)};
}
ON_HOST unsigned short __bfloat16_as_ushort(__nv_bfloat16 value) { return value.bits; }
ON_HOST __nv_bfloat16 __ushort_as_bfloat16(unsigned short bits) { return {bits}; }
ON_HOST float __low2float(__nv_bfloat162 value) { return __bfloat162float(value.x); }
ON_HOST float __high2float(__nv_bfloat162 value) { return __bfloat162float(value.y); }
