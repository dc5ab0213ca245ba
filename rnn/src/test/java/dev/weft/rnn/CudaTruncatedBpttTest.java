package dev.weft.rnn;

/// [TruncatedBpttTest] on the emulated CUDA devices.
final class CudaTruncatedBpttTest extends TruncatedBpttTest {}
