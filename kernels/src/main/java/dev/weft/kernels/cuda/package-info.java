/// The CUDA device: JCuda's driver API, JCublas, and our own kernels in `src/main/cuda`.
package dev.weft.kernels.cuda;
