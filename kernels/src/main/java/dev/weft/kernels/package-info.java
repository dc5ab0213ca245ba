/// The fast devices, found by `ServiceLoader`: the Vector API on the CPU and CUDA on NVIDIA.
package dev.weft.kernels;
