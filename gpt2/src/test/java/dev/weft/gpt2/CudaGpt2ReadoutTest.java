package dev.weft.gpt2;

/// [Gpt2ReadoutTest] on the emulated CUDA devices.
final class CudaGpt2ReadoutTest extends Gpt2ReadoutTest {}
