package dev.weft.gpt2;

/// [Gpt2GoldenTest] on the emulated CUDA devices.
final class CudaGpt2GoldenTest extends Gpt2GoldenTest {}
