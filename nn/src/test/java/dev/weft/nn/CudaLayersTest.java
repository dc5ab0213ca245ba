package dev.weft.nn;

/// [LayersTest] on the emulated CUDA devices.
final class CudaLayersTest extends LayersTest {}
