/// PyTorch, called through DJL, as a peer of the benchmarks.
package dev.weft.bench.pytorch;
