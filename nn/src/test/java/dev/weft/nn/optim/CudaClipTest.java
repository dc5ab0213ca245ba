package dev.weft.nn.optim;

/// [ClipTest] on the emulated CUDA devices.
final class CudaClipTest extends ClipTest {}
