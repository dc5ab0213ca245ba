package dev.weft.nn.optim;

/// [PyTorchOptimizersTest] on the emulated CUDA devices.
final class CudaPyTorchOptimizersTest extends PyTorchOptimizersTest {}
