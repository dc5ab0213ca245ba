// The product of two matrices, columns first as in BLAS.
#pragma once

#include <cstdint>

namespace emulator {
// As cudaDataType says them.
enum ElementType { F32 = 0, F16 = 2, BF16 = 14 };
// In bytes; 0 for what is none of these.
int element_size(int type);

struct Matrix {
  uint64_t p;
  int type;
  bool transposed;
  long long leading;  // from one column to the next, in elements
};

// c = alpha op(a) op(b) + beta c. Every element is one chain of fused multiply-adds from 0, k
// ascending, in F32, whatever the types; then alpha and beta, each rounded.
struct Gemm {
  long long m, n, k;
  float alpha, beta;
  Matrix a, b, c;
};
void multiply(const Gemm& gemm);
}  // namespace emulator
