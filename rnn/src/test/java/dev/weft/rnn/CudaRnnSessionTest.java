package dev.weft.rnn;

/// [RnnSessionTest] on the emulated CUDA devices.
final class CudaRnnSessionTest extends RnnSessionTest {}
