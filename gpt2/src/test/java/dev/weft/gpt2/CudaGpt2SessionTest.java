package dev.weft.gpt2;

/// [Gpt2SessionTest] on the emulated CUDA devices.
final class CudaGpt2SessionTest extends Gpt2SessionTest {}
