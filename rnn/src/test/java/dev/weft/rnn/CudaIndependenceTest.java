package dev.weft.rnn;

/// [IndependenceTest] on the emulated CUDA devices.
final class CudaIndependenceTest extends IndependenceTest {}
