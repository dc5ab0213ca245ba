/// ONNX Runtime as a peer of the benchmarks.
package dev.weft.bench.onnxruntime;
