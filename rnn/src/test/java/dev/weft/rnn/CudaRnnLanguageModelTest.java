package dev.weft.rnn;

/// [RnnLanguageModelTest] on the emulated CUDA devices.
final class CudaRnnLanguageModelTest extends RnnLanguageModelTest {}
