package dev.weft.nn;

/// [PyTorchGoldensTest] on the emulated CUDA devices.
final class CudaPyTorchGoldensTest extends PyTorchGoldensTest {}
