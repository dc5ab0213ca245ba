package dev.weft.gpt2;

/// [Gpt2DecodingTest] on the emulated CUDA devices.
final class CudaGpt2DecodingTest extends Gpt2DecodingTest {}
