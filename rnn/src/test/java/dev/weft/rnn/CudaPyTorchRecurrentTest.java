package dev.weft.rnn;

/// [PyTorchRecurrentTest] on the emulated CUDA devices.
final class CudaPyTorchRecurrentTest extends PyTorchRecurrentTest {}
