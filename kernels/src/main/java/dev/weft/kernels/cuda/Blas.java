package dev.weft.kernels.cuda;

/// Products of many rows: cuBLAS where it is installed, else our own kernel.
interface Blas {
  /// A matrix in device memory, or `count` of them.
  ///
  /// @param address of the first element
  /// @param row elements from one row to the next
  /// @param column elements from one column to the next
  /// @param batch elements from one matrix to the next
  record Matrix(long address, long row, long column, long batch) {}

  /// c (m, n) = a (m, k) · b (k, n), or c += …, for `count` matrices; all sizes at least 1, and c
  /// has contiguous rows.
  void gemm(int m, int n, int k, int count, Matrix c, Matrix a, Matrix b, boolean add);

  /// Whether a matrix of these sizes can be an operand of [#gemm] as it lies.
  boolean takes(Matrix x, int rows, int columns);

  /// For reports: which, and why.
  String description();

  /// Gives back what it holds.
  void close();
}
