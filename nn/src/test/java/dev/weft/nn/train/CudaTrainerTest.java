package dev.weft.nn.train;

/// [TrainerTest] on the emulated CUDA devices.
final class CudaTrainerTest extends TrainerTest {}
