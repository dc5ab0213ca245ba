// The vector types, aligned as on the device: a 16-byte access to a float4 needs 16-byte alignment.
#pragma once

#define ON_HOST_VECTORS(Type, Name)                                                     \
  struct Name##1 {                                                                      \
    Type x;                                                                             \
  };                                                                                    \
  struct alignas(2 * sizeof(Type)) Name##2 {                                            \
    Type x, y;                                                                          \
  };                                                                                    \
  struct alignas(4 * sizeof(Type) < 16 ? 4 * sizeof(Type) : 16) Name##4 {               \
    Type x, y, z, w;                                                                    \
  };                                                                                    \
  ON_HOST Name##1 make_##Name##1(Type x) { return {x}; }                                \
  ON_HOST Name##2 make_##Name##2(Type x, Type y) { return {x, y}; }                     \
  ON_HOST Name##4 make_##Name##4(Type x, Type y, Type z, Type w) { return {x, y, z, w}; }

// The alignment of three elements is that of one.
#define ON_HOST_VECTOR3(Type, Name) \
  struct Name##3 {                  \
    Type x, y, z;                   \
  };                                \
  ON_HOST Name##3 make_##Name##3(Type x, Type y, Type z) { return {x, y, z}; }

ON_HOST_VECTORS(float, float)
ON_HOST_VECTORS(double, double)
ON_HOST_VECTORS(signed char, char)
ON_HOST_VECTORS(unsigned char, uchar)
ON_HOST_VECTORS(short, short)
ON_HOST_VECTORS(unsigned short, ushort)
ON_HOST_VECTORS(int, int)
ON_HOST_VECTORS(unsigned, uint)
ON_HOST_VECTORS(long long, longlong)
ON_HOST_VECTORS(unsigned long long, ulonglong)
ON_HOST_VECTOR3(float, float)
ON_HOST_VECTOR3(double, double)
ON_HOST_VECTOR3(int, int)
ON_HOST uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
#undef ON_HOST_VECTORS
#undef ON_HOST_VECTOR3
