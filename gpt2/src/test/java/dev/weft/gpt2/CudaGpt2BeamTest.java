package dev.weft.gpt2;

/// [Gpt2BeamTest] on the emulated CUDA devices.
final class CudaGpt2BeamTest extends Gpt2BeamTest {}
