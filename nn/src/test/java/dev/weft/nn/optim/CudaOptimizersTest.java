package dev.weft.nn.optim;

/// [OptimizersTest] on the emulated CUDA devices.
final class CudaOptimizersTest extends OptimizersTest {}
